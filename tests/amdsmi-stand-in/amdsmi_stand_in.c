/* Plays AMD's cards through the few functions of libamd_smi.so that tonne calls: same names, same signatures, same status numbers (amdsmi.h, ROCm).
   A test adds devices and sets what they answer. Two sockets of any number of devices. Not thread safe. */
#include <stdint.h>

#define SUCCESS 0
#define INVALID 1
#define NOT_INITIALISED 32
#define MOST 16

struct card {
    uint64_t place; /* function 3 bits, device 5, bus 8, domain above */
    uint64_t accumulator;
    float resolution;
    int status;
    int socket;
};

static struct card cards[MOST];
static uint32_t count;
static int initialised;
static int init_status;

/* The test's side. */
void stand_in_reset(int status) { count = 0; initialised = 0; init_status = status; }
int stand_in_initialised(void) { return initialised; }
void stand_in_add(uint64_t place, int socket) { cards[count].place = place; cards[count].socket = socket; cards[count].resolution = 15.3f; cards[count].accumulator = 0; cards[count++].status = SUCCESS; }
void stand_in_set(uint32_t card, int status, uint64_t accumulator, float resolution) {
    cards[card].status = status; cards[card].accumulator = accumulator; cards[card].resolution = resolution;
}

/* The library's side. */
int amdsmi_init(uint64_t flags) {
    if (init_status != SUCCESS) return init_status;
    if (flags != 2) return INVALID; /* AMDSMI_INIT_AMD_GPUS */
    initialised++;
    return SUCCESS;
}

int amdsmi_shut_down(void) { if (!initialised) return NOT_INITIALISED; initialised--; return SUCCESS; }

int amdsmi_get_socket_handles(uint32_t *sockets, void **handles) {
    if (!initialised) return NOT_INITIALISED;
    if (!sockets) return INVALID;
    for (uint32_t i = 0; handles && i < *sockets && i < 2; i++) handles[i] = (void *)(uintptr_t)(0x100 + i);
    *sockets = 2;
    return SUCCESS;
}

int amdsmi_get_processor_handles(void *socket, uint32_t *processors, void **handles) {
    uint32_t found = 0;
    if (!initialised) return NOT_INITIALISED;
    for (uint32_t i = 0; i < count; i++) {
        if (cards[i].socket != (int)((uintptr_t)socket - 0x100)) continue;
        if (handles && found < *processors) handles[found] = &cards[i];
        found++;
    }
    *processors = found;
    return SUCCESS;
}

int amdsmi_get_gpu_device_bdf(void *processor, uint64_t *bdf) { *bdf = ((struct card *)processor)->place; return SUCCESS; }

int amdsmi_get_energy_count(void *processor, uint64_t *accumulator, float *resolution, uint64_t *timestamp) {
    struct card *card = processor;
    if (!initialised) return NOT_INITIALISED;
    if (card->status != SUCCESS) return card->status;
    *accumulator = card->accumulator;
    *resolution = card->resolution;
    *timestamp = 0;
    return SUCCESS;
}
