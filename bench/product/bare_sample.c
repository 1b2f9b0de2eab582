// The reference of sampling.py: wakes at a period, reads the first 256 bytes of each file and appends 80 bytes, as a sample of tonne does, and
// prints the CPU time of its thread in ms per wake. Run: bare_sample WAKES MILLISECONDS OUTPUT FILE...
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int count, char **words)
{
    if (count < 4)
        return 2;
    int wakes = atoi(words[1]), never[2], files[32], open_files = 0;
    char bytes[256];
    if (wakes < 1 || pipe(never) != 0)
        return 1;
    int output = open(words[3], O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 4; i < count && open_files < 32; i++)
        if ((files[open_files] = open(words[i], O_RDONLY | O_CLOEXEC)) >= 0)
            open_files++;
    struct pollfd wait = { never[0], POLLIN, 0 };
    double begin = cpu_ms();
    for (int i = 0; i < wakes; i++) {
        poll(&wait, 1, atoi(words[2]));
        for (int j = 0; j < open_files; j++)
            if (pread(files[j], bytes, sizeof bytes, 0) < 0)
                return 1;
        if (pwrite(output, bytes, 80, 80L * i) != 80)
            return 1;
    }
    printf("%.4f\n", (cpu_ms() - begin) / wakes);
    return 0;
}
