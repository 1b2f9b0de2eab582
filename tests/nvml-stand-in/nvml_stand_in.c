/* A stand-in for NVIDIA's management library: the same symbols and layouts, and behind them machines played from a script (README.md).
 * One copy of the library is one machine: tests load a copy of the file each. Not thread safe. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAX_GPUS 16
#define MAX_STEPS 65536
#define MAX_PROCESSES 256
#define MAX_INSTANCES 16
#define MAX_RULES 256
#define MAX_CALLED 64
#define WALL_US 1790000000000000LL /* the processor's clock at time 0, as samples are stamped */
#define UTILIZATION_US 166667LL    /* 1/6 s, the shortest sample period that nvml.h gives */

typedef struct { unsigned fieldId, scopeId; long long timestamp, latencyUsec; int valueType, nvmlReturn; union { double d; unsigned ui; unsigned long long ull; long long ll; } value; } nvmlFieldValue_t;
typedef struct { unsigned pid; unsigned long long timeStamp; unsigned smUtil, memUtil, encUtil, decUtil; } nvmlProcessUtilizationSample_t;
typedef struct { unsigned pid; unsigned long long usedGpuMemory; unsigned gpuInstanceId, computeInstanceId; } nvmlProcessInfo_t;
typedef struct { unsigned pid; unsigned long long usedGpuMemory; } nvmlProcessInfo_v1_t;
typedef struct { unsigned gpu, memory; } nvmlUtilization_t;
typedef struct { char busIdLegacy[16]; unsigned domain, bus, device, pciDeviceId, pciSubSystemId; char busId[32]; } nvmlPciInfo_t;
typedef struct { unsigned multiprocessorCount, copyEngines, decoders, encoders, jpeg, ofa, gpuInstanceSliceCount, computeInstanceSliceCount; unsigned long long memorySizeMB; } nvmlDeviceAttributes_t;
_Static_assert(sizeof(nvmlFieldValue_t) == 40 && sizeof(nvmlProcessUtilizationSample_t) == 32 && sizeof(nvmlProcessInfo_t) == 24 && sizeof(nvmlPciInfo_t) == 68 && sizeof(nvmlDeviceAttributes_t) == 40, "nvml.h");

enum { OK = 0, UNINITIALIZED = 1, BAD_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7, UNKNOWN = 999 };

struct process { char file[256]; unsigned pid; int64_t from, to; unsigned sm; unsigned gi, ci; int graphics; };
struct rule { char symbol[64]; int64_t from, to; int code; };
struct gpu;
struct instance { struct gpu *parent; unsigned gi, ci, gpuSlices, computeSlices; char uuid[96]; };
struct gpu {
    char name[96], uuid[96], pci[32];
    unsigned arch, limit, least, most; /* limits in mW */
    volatile int64_t *shared; /* limit set (mW), energy of the work (mJ), its power (mW): of all processes that load the script */
    uint64_t start;
    int64_t refresh, phase, averaged;
    int counter;      /* 0 none, 1 counts, 2 says 0 */
    int power;        /* 0 none, 1 field and usage, 2 usage only */
    unsigned scope;
    int lists, perProcess, rates; /* 0 not supported, 1 yes, 2 success and empty */
    int buffered;     /* a sample each 1/6 s for each process, instead of one */
    unsigned garbage;
    double bias;      /* of the counter, over the integrated power */
    struct { int64_t t; double watts, joules; } *steps;
    int stepCount;
    int64_t repeat;
    struct process processes[MAX_PROCESSES];
    int processCount;
    int mig;
    struct instance instances[MAX_INSTANCES];
    int instanceCount;
    struct rule rules[MAX_RULES];
    int ruleCount;
};

static struct gpu gpus[MAX_GPUS];
static int gpuCount, loaded, initialised;
static struct rule rules[MAX_RULES];
static int ruleCount;
static int64_t handTime, origin;
static int clockKind; /* 0 by hand, 1 monotonic, 2 file */
static volatile int64_t *clockFile;
static uint64_t seed = 88172645463325252ULL;
static unsigned garbage;
static struct { char symbol[64]; uint64_t count; } called[MAX_CALLED];

static uint64_t chance(void) { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return seed; }

static int64_t now(void)
{
    if (clockKind == 2)
        return *clockFile;
    if (clockKind == 1) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000000LL + t.tv_nsec / 1000 - origin;
    }
    return handTime;
}

/* Joules from 0 to a time, of the true power. */
static double joules_within(const struct gpu *g, int64_t t)
{
    int low = 0, high = g->stepCount - 1;
    if (g->stepCount == 0 || t <= g->steps[0].t)
        return g->stepCount ? g->steps[0].watts * (t - g->steps[0].t) / 1e6 : 0;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (g->steps[middle].t <= t) low = middle; else high = middle - 1;
    }
    return g->steps[low].joules + g->steps[low].watts * (t - g->steps[low].t) / 1e6;
}

static double joules(const struct gpu *g, int64_t t)
{
    if (g->repeat <= 0)
        return joules_within(g, t);
    int64_t rounds = t >= 0 ? t / g->repeat : -((-t + g->repeat - 1) / g->repeat);
    return rounds * joules_within(g, g->repeat) + joules_within(g, t - rounds * g->repeat);
}

static double watts(const struct gpu *g, int64_t t) { return (joules(g, t + 1) - joules(g, t)) * 1e6; }

/* The last time at which the sensor was refreshed. */
static int64_t refreshed(const struct gpu *g, int64_t t)
{
    if (g->refresh <= 0)
        return t;
    int64_t since = (t - g->phase) % g->refresh;
    return t - (since < 0 ? since + g->refresh : since);
}

static struct gpu *gpu_of(const void *device)
{
    for (int i = 0; i < gpuCount; i++)
        if (device == &gpus[i])
            return &gpus[i];
    return NULL;
}

static struct instance *instance_of(const void *device)
{
    for (int i = 0; i < gpuCount; i++)
        for (int k = 0; k < gpus[i].instanceCount; k++)
            if (device == &gpus[i].instances[k])
                return &gpus[i].instances[k];
    return NULL;
}

static int ruled(const struct rule *list, int count, const char *symbol)
{
    int64_t t = now();
    for (int i = 0; i < count; i++)
        if (t >= list[i].from && t < list[i].to && (strcmp(list[i].symbol, "*") == 0 || strcmp(list[i].symbol, symbol) == 0))
            return list[i].code;
    return OK;
}

static int random_code(void)
{
    static const int codes[] = { 1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 18, 999, -1, 77 };
    return codes[chance() % (sizeof codes / sizeof *codes)];
}

static int enter(const char *symbol, const void *device)
{
    int i = 0;
    while (i < MAX_CALLED - 1 && called[i].symbol[0] && strcmp(called[i].symbol, symbol) != 0)
        i++;
    snprintf(called[i].symbol, sizeof called[i].symbol, "%s", symbol);
    called[i].count++;
    int code = ruled(rules, ruleCount, symbol);
    if (code != OK)
        return code;
    if (!initialised)
        return UNINITIALIZED;
    if (garbage && chance() % 1000 < garbage)
        return random_code();
    if (!device)
        return OK;
    struct gpu *g = gpu_of(device);
    struct instance *instance = g ? NULL : instance_of(device);
    if (instance)
        g = instance->parent;
    if (!g)
        return BAD_ARGUMENT;
    if (g->garbage && chance() % 1000 < g->garbage)
        return random_code();
    return ruled(g->rules, g->ruleCount, symbol);
}

#define ENTER(device) do { int code_ = enter(__func__, device); if (code_ != OK) return code_; } while (0)

/* Now and then a garbled value, where the script asks for it. */
static uint64_t garbled(const struct gpu *g, uint64_t value)
{
    static const uint64_t odd[] = { 0, 1, 0xFFFFFFFFULL, 0x7FFFFFFFULL, 0xFFFFFFFFFFFFFFFFULL, 0x7FFFFFFFFFFFFFFFULL, 0x8000000000000000ULL, 4294967297ULL };
    unsigned often = g && g->garbage ? g->garbage : garbage;
    if (!often || chance() % 1000 >= often)
        return value;
    return chance() % 2 ? odd[chance() % (sizeof odd / sizeof *odd)] : chance();
}

static int64_t micro(const char *seconds)
{
    return strcmp(seconds, "inf") == 0 ? INT64_MAX : (int64_t)llround(atof(seconds) * 1e6);
}

static void step(struct gpu *g, int64_t t, double w)
{
    if (!g->steps)
        g->steps = malloc(MAX_STEPS * sizeof *g->steps);
    if (g->stepCount == MAX_STEPS)
        return;
    double sum = 0;
    if (g->stepCount > 0) {
        int last = g->stepCount - 1;
        sum = g->steps[last].joules + g->steps[last].watts * (t - g->steps[last].t) / 1e6;
    }
    g->steps[g->stepCount].t = t;
    g->steps[g->stepCount].watts = w;
    g->steps[g->stepCount++].joules = sum;
}

static int word(const char *text, const char *none, const char *one, const char *two)
{
    return strcmp(text, none) == 0 ? 0 : strcmp(text, one) == 0 ? 1 : two && strcmp(text, two) == 0 ? 2 : 1;
}

static int bad(const char *path, int number, const char *what)
{
    fprintf(stderr, "nvml stand-in: %s:%d: %s\n", path, number, what);
    return UNKNOWN;
}

__attribute__((visibility("default"))) int nvml_stand_in_load(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    for (int i = 0; i < gpuCount; i++)
        free(gpus[i].steps);
    memset(gpus, 0, sizeof gpus);
    gpuCount = ruleCount = 0;
    garbage = 0;
    if (!file)
        return bad(path, 0, "cannot be read");
    struct gpu *g = NULL;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        char *w[12] = { 0 }, *rest = NULL, *more = NULL, copy[1024]; /* other copies may read their scripts now: no strtok */
        int n = 0;
        line[strcspn(line, "\n#")] = 0;
        strcpy(copy, line);
        for (char *part = strtok_r(line, " \t", &more); part && n < 12; part = strtok_r(NULL, " \t", &more))
            w[n++] = part;
        if (n == 0)
            continue;
        rest = strstr(copy, w[0]) + strlen(w[0]);
        rest += strspn(rest, " \t");
#define IS(key, least) (strcmp(w[0], key) == 0 && (n > least ? 1 : (bad(path, number, "too few words"), 0)))
        if (strcmp(w[0], "gpu") == 0) {
            if (gpuCount == MAX_GPUS) { fclose(file); return bad(path, number, "too many"); }
            g = &gpus[gpuCount];
            snprintf(g->name, sizeof g->name, "NVIDIA H100 80GB HBM3");
            snprintf(g->uuid, sizeof g->uuid, "GPU-%08x-0000-4000-8000-%012x", 0x11111111 * (gpuCount % 15 + 1), gpuCount);
            snprintf(g->pci, sizeof g->pci, "00000000:%02X:00.0", 0x1B + 0x10 * gpuCount);
            g->arch = 9; g->limit = 700000; g->least = 200000; g->most = 700000; g->refresh = 100000; g->counter = 1; g->power = 1; g->averaged = 1000000;
            g->lists = g->perProcess = g->rates = 1;
            g->bias = 1; g->start = 1000000;
            gpuCount++;
        }
        else if (IS("clock", 1)) {
            if (strcmp(w[1], "monotonic") == 0) { clockKind = 1; origin = n > 2 ? atoll(w[2]) : 0; }
            else {
                int fd = open(w[1], O_RDONLY);
                void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
                if (mapped == MAP_FAILED) { fclose(file); return bad(path, number, "the clock cannot be mapped"); }
                close(fd); clockFile = mapped; clockKind = 2;
            }
        }
        else if (IS("seed", 1)) seed = strtoull(w[1], NULL, 0) * 2654435761u + 88172645463325252ULL;
        else if (IS("garbage", 1)) *(g ? &g->garbage : &garbage) = (unsigned)atoi(w[1]);
        else if (IS("code", 4)) {
            struct rule *r = g ? &g->rules[g->ruleCount++ % MAX_RULES] : &rules[ruleCount++ % MAX_RULES];
            snprintf(r->symbol, sizeof r->symbol, "%s", w[1]);
            r->from = micro(w[2]); r->to = micro(w[3]); r->code = atoi(w[4]);
        }
        else if (!g) { fclose(file); return bad(path, number, "not in a gpu"); }
        else if (IS("name", 1)) snprintf(g->name, sizeof g->name, "%s", rest);
        else if (IS("uuid", 1)) snprintf(g->uuid, sizeof g->uuid, "%s", w[1]);
        else if (IS("pci", 1)) snprintf(g->pci, sizeof g->pci, "%s", w[1]);
        else if (IS("arch", 1)) g->arch = (unsigned)atoi(w[1]);
        else if (IS("limit", 1)) g->limit = (unsigned)(atof(w[1]) * 1e3);
        else if (IS("limits", 2)) { g->least = (unsigned)(atof(w[1]) * 1e3); g->most = (unsigned)(atof(w[2]) * 1e3); }
        else if (IS("shared", 1)) {
            int fd = open(w[1], O_RDWR);
            void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, 3 * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (mapped == MAP_FAILED) { fclose(file); return bad(path, number, "cannot be mapped"); }
            close(fd); g->shared = mapped;
        }
        else if (IS("counter", 1)) g->counter = word(w[1], "none", "counts", "zero");
        else if (IS("start", 1)) g->start = strtoull(w[1], NULL, 10);
        else if (IS("bias", 1)) g->bias = atof(w[1]);
        else if (IS("refresh", 1)) { g->refresh = (int64_t)(atof(w[1]) * 1e3); g->phase = n > 2 ? (int64_t)(atof(w[2]) * 1e3) : 0; }
        else if (IS("sensor", 1)) g->power = word(w[1], "none", "field", "usage");
        else if (IS("scope", 1)) g->scope = (unsigned)atoi(w[1]);
        else if (IS("average", 1)) g->averaged = micro(w[1]);
        else if (IS("lists", 1)) g->lists = word(w[1], "none", "yes", "empty");
        else if (IS("per-process", 1)) g->perProcess = word(w[1], "none", "yes", "empty");
        else if (IS("buffered", 0)) g->buffered = 1;
        else if (IS("rates", 1)) g->rates = word(w[1], "none", "yes", NULL);
        else if (IS("power", 2)) step(g, micro(w[1]), atof(w[2]));
        else if (IS("bursts", 6)) { /* FROM TO EVERY FOR HIGH LOW */
            for (int64_t t = micro(w[1]); t < micro(w[2]); t += micro(w[3])) { step(g, t, atof(w[5])); step(g, t + micro(w[4]), atof(w[6])); }
        }
        else if (IS("repeat", 1)) g->repeat = micro(w[1]);
        else if (IS("process", 4)) { /* PID|@FILE FROM TO SM [GI CI] [graphics] */
            struct process *p = &g->processes[g->processCount++ % MAX_PROCESSES];
            if (w[1][0] == '@') snprintf(p->file, sizeof p->file, "%s", w[1] + 1); else p->pid = (unsigned)strtoul(w[1], NULL, 10);
            p->from = micro(w[2]); p->to = micro(w[3]); p->sm = (unsigned)atoi(w[4]);
            p->gi = p->ci = 0xFFFFFFFF;
            if (n > 5 && strcmp(w[5], "graphics") == 0) p->graphics = 1;
            else if (n > 6) { p->gi = (unsigned)atoi(w[5]); p->ci = (unsigned)atoi(w[6]); }
        }
        else if (IS("mig", 0)) g->mig = 1;
        else if (IS("instance", 5)) { /* GI CI UUID GPU-SLICES COMPUTE-SLICES */
            struct instance *i = &g->instances[g->instanceCount++ % MAX_INSTANCES];
            i->parent = g; i->gi = (unsigned)atoi(w[1]); i->ci = (unsigned)atoi(w[2]);
            snprintf(i->uuid, sizeof i->uuid, "%s", w[3]);
            i->gpuSlices = (unsigned)atoi(w[4]); i->computeSlices = (unsigned)atoi(w[5]);
            g->mig = 1;
        }
        else { fclose(file); return bad(path, number, "unknown word"); }
    }
    fclose(file);
    loaded = 1;
    return OK;
}

__attribute__((visibility("default"))) void nvml_stand_in_set_time_us(int64_t t) { handTime = t; }

__attribute__((visibility("default"))) uint64_t nvml_stand_in_calls(const char *symbol)
{
    uint64_t sum = 0;
    for (int i = 0; i < MAX_CALLED; i++)
        if (!symbol[0] || strcmp(called[i].symbol, symbol) == 0)
            sum += called[i].count;
    return sum;
}

/* The truth between two times, in J, whatever the sensor shows. */
__attribute__((visibility("default"))) double nvml_stand_in_joules(unsigned index, int64_t from, int64_t to)
{
    return index < (unsigned)gpuCount ? joules(&gpus[index], to) - joules(&gpus[index], from) : NAN;
}

#define API __attribute__((visibility("default"))) int

API nvmlInit_v2(void)
{
    const char *path = getenv("TONNE_NVML_SCRIPT");
    if (!loaded && path && nvml_stand_in_load(path) != OK)
        return UNKNOWN;
    initialised++;
    int code = enter(__func__, NULL);
    if (code != OK)
        initialised--;
    return code;
}

API nvmlShutdown(void)
{
    ENTER(NULL);
    initialised--;
    return OK;
}

static int text_into(char *to, unsigned length, const char *text)
{
    if (!to)
        return BAD_ARGUMENT;
    if (strlen(text) >= length)
        return TOO_SMALL;
    strcpy(to, text);
    return OK;
}

API nvmlSystemGetDriverVersion(char *to, unsigned length) { ENTER(NULL); return text_into(to, length, "550.54.15"); }

API nvmlDeviceGetCount_v2(unsigned *count) { ENTER(NULL); *count = (unsigned)garbled(NULL, (uint64_t)gpuCount); return OK; }

API nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    if (index >= (unsigned)gpuCount)
        return initialised ? BAD_ARGUMENT : UNINITIALIZED;
    ENTER(&gpus[index]);
    *device = &gpus[index];
    return OK;
}

API nvmlDeviceGetName(void *device, char *to, unsigned length)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    return text_into(to, length, g ? g->name : "MIG");
}

API nvmlDeviceGetUUID(void *device, char *to, unsigned length)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    return text_into(to, length, g ? g->uuid : instance_of(device)->uuid);
}

API nvmlDeviceGetPciInfo_v3(void *device, nvmlPciInfo_t *pci)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g)
        return NOT_SUPPORTED;
    memset(pci, 0, sizeof *pci);
    snprintf(pci->busId, sizeof pci->busId, "%s", g->pci);
    sscanf(g->pci, "%x:%x:%x", &pci->domain, &pci->bus, &pci->device);
    return OK;
}

API nvmlDeviceGetArchitecture(void *device, unsigned *arch)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g)
        return NOT_SUPPORTED;
    *arch = (unsigned)garbled(g, g->arch);
    return OK;
}

static unsigned limit_of(const struct gpu *g) { return g->shared ? (unsigned)g->shared[0] : g->limit; }

API nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned *limit)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->limit == 0)
        return NOT_SUPPORTED;
    *limit = (unsigned)garbled(g, limit_of(g));
    return OK;
}

API nvmlDeviceGetPowerManagementLimit(void *device, unsigned *limit)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->limit == 0)
        return NOT_SUPPORTED;
    *limit = (unsigned)garbled(g, limit_of(g));
    return OK;
}

API nvmlDeviceGetPowerManagementDefaultLimit(void *device, unsigned *limit)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->limit == 0)
        return NOT_SUPPORTED;
    *limit = (unsigned)garbled(g, g->most);
    return OK;
}

API nvmlDeviceGetPowerManagementLimitConstraints(void *device, unsigned *least, unsigned *most)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->limit == 0)
        return NOT_SUPPORTED;
    *least = (unsigned)garbled(g, g->least);
    *most = (unsigned)garbled(g, g->most);
    return OK;
}

API nvmlDeviceSetPowerManagementLimit(void *device, unsigned limit)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->limit == 0)
        return NOT_SUPPORTED;
    if (limit < g->least || limit > g->most)
        return BAD_ARGUMENT;
    if (g->shared)
        g->shared[0] = limit;
    else
        g->limit = limit;
    return OK;
}

static int energy_of(struct gpu *g, unsigned long long *value)
{
    if (!g || g->counter == 0)
        return NOT_SUPPORTED;
    *value = garbled(g, g->counter == 2 ? 0 : g->start + (g->shared ? (uint64_t)g->shared[1] : 0) + (uint64_t)(joules(g, refreshed(g, now())) * g->bias * 1e3));
    return OK;
}

API nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules)
{
    ENTER(device);
    return energy_of(gpu_of(device), millijoules);
}

static unsigned instant(struct gpu *g) { return (unsigned)garbled(g, (g->shared ? (uint64_t)g->shared[2] : 0) + (uint64_t)llround(watts(g, refreshed(g, now())) * 1e3)); }

static unsigned average(struct gpu *g)
{
    int64_t t = refreshed(g, now());
    return g->averaged > 0 ? (unsigned)garbled(g, (uint64_t)llround((joules(g, t) - joules(g, t - g->averaged)) / (g->averaged / 1e6) * 1e3)) : instant(g);
}

API nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->power == 0)
        return NOT_SUPPORTED;
    *milliwatts = average(g);
    return OK;
}

API nvmlDeviceGetFieldValues(void *device, int count, nvmlFieldValue_t *values)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    for (int i = 0; i < count; i++) {
        nvmlFieldValue_t *v = &values[i];
        v->timestamp = WALL_US + now();
        v->nvmlReturn = NOT_SUPPORTED;
        if (!g)
            continue;
        if (v->fieldId == 83) {
            unsigned long long energy = 0;
            v->nvmlReturn = energy_of(g, &energy);
            v->valueType = 3;
            v->value.ull = energy;
        }
        else if ((v->fieldId == 185 || v->fieldId == 186) && g->power == 1 && v->scopeId == g->scope) {
            v->nvmlReturn = OK;
            v->valueType = 1;
            v->value.ull = 0;
            v->value.ui = v->fieldId == 186 ? instant(g) : average(g);
        }
        if (garbage || g->garbage) {
            v->nvmlReturn = (int)garbled(g, (uint64_t)v->nvmlReturn);
            v->valueType = (int)garbled(g, (uint64_t)v->valueType);
        }
    }
    return OK;
}

static unsigned id_of(const struct process *p)
{
    if (!p->file[0])
        return p->pid;
    FILE *file = fopen(p->file, "r");
    unsigned id = 0;
    if (file) {
        if (fscanf(file, "%u", &id) != 1)
            id = 0;
        fclose(file);
    }
    return id;
}

static int runs(const struct process *p, int64_t t) { return t >= p->from && t < p->to; }

/* Mean percent of a process between two times. */
static double mean_sm(const struct process *p, int64_t from, int64_t to)
{
    int64_t begin = from > p->from ? from : p->from, end = to < p->to ? to : p->to;
    return end > begin && to > from ? (double)p->sm * (end - begin) / (to - from) : 0;
}

API nvmlDeviceGetUtilizationRates(void *device, nvmlUtilization_t *rates)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->mig || g->rates == 0)
        return NOT_SUPPORTED;
    double sum = 0;
    for (int i = 0; i < g->processCount; i++)
        if (id_of(&g->processes[i]) != 0)
            sum += mean_sm(&g->processes[i], now() - UTILIZATION_US, now());
    rates->gpu = (unsigned)garbled(g, (uint64_t)llround(sum > 100 ? 100 : sum));
    rates->memory = rates->gpu / 2;
    return OK;
}

API nvmlDeviceGetProcessUtilization(void *device, nvmlProcessUtilizationSample_t *samples, unsigned *count, unsigned long long lastSeen)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->mig || g->perProcess == 0)
        return NOT_SUPPORTED;
    int64_t to = now(), from = lastSeen == 0 ? to - 10000000 : (int64_t)lastSeen - WALL_US;
    unsigned needed = 0;
    nvmlProcessUtilizationSample_t all[MAX_PROCESSES * 4];
    for (int i = 0; i < g->processCount && g->perProcess == 1; i++) {
        const struct process *p = &g->processes[i];
        unsigned id = id_of(p);
        int parts = g->buffered ? 3 : 1;
        for (int part = 0; part < parts && id != 0 && to > from; part++) {
            int64_t begin = from + (to - from) * part / parts, end = from + (to - from) * (part + 1) / parts;
            double sm = mean_sm(p, begin, end);
            if (sm < 0.5 || needed >= sizeof all / sizeof *all)
                continue;
            memset(&all[needed], 0, sizeof *all);
            all[needed].pid = (unsigned)garbled(g, id);
            all[needed].timeStamp = garbled(g, (uint64_t)(WALL_US + end));
            all[needed++].smUtil = (unsigned)garbled(g, (uint64_t)llround(sm));
        }
    }
    if (needed == 0)
        return NOT_FOUND;
    unsigned room = samples ? *count : 0;
    *count = (unsigned)garbled(g, needed);
    if (room < needed)
        return TOO_SMALL;
    memcpy(samples, all, needed * sizeof *all);
    return OK;
}

static int list(void *device, unsigned *count, void *to, int graphics, size_t size)
{
    struct gpu *g = gpu_of(device);
    struct instance *only = g ? NULL : instance_of(device);
    if (only)
        g = only->parent;
    if (g->lists == 0)
        return NOT_SUPPORTED;
    unsigned needed = 0, ids[MAX_PROCESSES], which[MAX_PROCESSES];
    for (int i = 0; i < g->processCount && g->lists == 1; i++) {
        const struct process *p = &g->processes[i];
        unsigned id = id_of(p), known = 0;
        if (p->graphics != graphics || id == 0 || !runs(p, now()) || (only && (p->gi != only->gi || p->ci != only->ci)))
            continue;
        for (unsigned k = 0; k < needed; k++)
            known |= ids[k] == id && g->processes[which[k]].gi == p->gi;
        if (!known) { ids[needed] = id; which[needed++] = (unsigned)i; }
    }
    unsigned room = to ? *count : 0;
    *count = (unsigned)garbled(g, needed);
    if (room < needed)
        return TOO_SMALL;
    for (unsigned k = 0; k < needed; k++) {
        nvmlProcessInfo_t info = { .pid = (unsigned)garbled(g, ids[k]), .usedGpuMemory = 1 << 30, .gpuInstanceId = g->processes[which[k]].gi, .computeInstanceId = g->processes[which[k]].ci };
        memcpy((char *)to + k * size, &info, size);
    }
    return OK;
}

API nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, nvmlProcessInfo_t *to) { ENTER(device); return list(device, count, to, 0, sizeof *to); }
API nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned *count, nvmlProcessInfo_t *to) { ENTER(device); return list(device, count, to, 0, sizeof *to); }
API nvmlDeviceGetComputeRunningProcesses(void *device, unsigned *count, nvmlProcessInfo_v1_t *to) { ENTER(device); return list(device, count, to, 0, sizeof *to); }
API nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, nvmlProcessInfo_t *to) { ENTER(device); return list(device, count, to, 1, sizeof *to); }

API nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || g->arch < 7)
        return NOT_SUPPORTED;
    *current = *pending = (unsigned)garbled(g, (uint64_t)g->mig);
    return OK;
}

API nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *count)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    *count = (unsigned)garbled(g, g && g->mig ? 7 : 0);
    return OK;
}

API nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **to)
{
    ENTER(device);
    struct gpu *g = gpu_of(device);
    if (!g || index >= (unsigned)g->instanceCount)
        return NOT_FOUND;
    *to = &g->instances[index];
    return OK;
}

API nvmlDeviceGetGpuInstanceId(void *device, unsigned *id)
{
    ENTER(device);
    struct instance *i = instance_of(device);
    if (!i)
        return NOT_SUPPORTED;
    *id = i->gi;
    return OK;
}

API nvmlDeviceGetComputeInstanceId(void *device, unsigned *id)
{
    ENTER(device);
    struct instance *i = instance_of(device);
    if (!i)
        return NOT_SUPPORTED;
    *id = i->ci;
    return OK;
}

API nvmlDeviceGetAttributes_v2(void *device, nvmlDeviceAttributes_t *to)
{
    ENTER(device);
    struct instance *i = instance_of(device);
    if (!i)
        return NOT_SUPPORTED;
    memset(to, 0, sizeof *to);
    to->gpuInstanceSliceCount = (unsigned)garbled(i->parent, i->gpuSlices);
    to->computeInstanceSliceCount = (unsigned)garbled(i->parent, i->computeSlices);
    to->multiprocessorCount = 16 * to->computeInstanceSliceCount;
    return OK;
}
