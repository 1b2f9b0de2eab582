using System.Buffers.Binary;
using Tonne.NvmlStandIn;

namespace Tonne.Trials.Benching;

/// <summary>A scripted GPU whose limit, energy and power are three numbers in a file that all processes share.</summary>
/// <remarks>
/// Its law: at a limit of L watts it draws L, of which 300 are static, and its speed is the cube root of the rest. The work of 0.2 s at
/// 4200 W takes t(L) = 0.2 · (3900 ÷ (L − 300))^⅓ s and L · t(L) J. So least energy is at L = 450 (L − 300 = L ÷ 3), least energy × time at
/// L = 900 (L − 300 = 2 L ÷ 3), least time at the highest limit. It draws more than a card does, so that what the rest of a busy machine
/// adds changes no order.
/// </remarks>
sealed class LimitedGpu
{
    // In C, because it starts in a millisecond: the time of the start is none of the law.
    const string Source = """
        #include <fcntl.h>
        #include <math.h>
        #include <stdint.h>
        #include <sys/mman.h>
        #include <time.h>
        int main(int count, char **words)
        {
            volatile int64_t *gpu = mmap(0, 24, PROT_READ | PROT_WRITE, MAP_SHARED, open(words[count - 1], O_RDWR), 0);
            double limit = gpu[0] / 1e3, seconds = 0.2 * cbrt(3900 / (limit - 300));
            struct timespec time = { 0, (long)(seconds * 1e9) };
            gpu[2] = gpu[0];
            nanosleep(&time, 0);
            gpu[1] += (int64_t)(limit * seconds * 1e3);
            gpu[2] = 0;
            return 0;
        }
        """;

    // It ends at once unless the limit is another than the one found; then it waits for the file of the second argument.
    const string Waiting = """
        import mmap, os, sys, time
        with open(sys.argv[1], "r+b") as file:
            gpu = memoryview(mmap.mmap(file.fileno(), 24)).cast("q")
        gpu[1] += 1000
        gpu[2] = gpu[0]
        end = time.monotonic() + 60
        while gpu[0] != 4200000 and not os.path.exists(sys.argv[2]) and time.monotonic() < end:
            time.sleep(0.01)
        """;

    readonly TonneCommand _tonne;
    readonly string _file;

    /// <summary>A machine with GPUs that are found at 4200 W and take 450 to 4200 W.</summary>
    /// <param name="tonne">Gets the library in its environment.</param>
    /// <param name="second">Lines of a second GPU; null if there is none.</param>
    internal LimitedGpu(TonneCommand tonne, string? second = null)
    {
        Assert.SkipUnless(StandInLibrary.CanBuild, StandInLibrary.NoCompiler);
        (_tonne, _file) = (tonne, tonne.At("gpu"));
        var numbers = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, 4_200_000);
        File.WriteAllBytes(_file, numbers);
        File.WriteAllBytes(tonne.At("clock"), new byte[8]);
        tonne.Environment["TONNE_NVML"] = StandInLibrary.CopyInto(tonne.Folder);
        tonne.Environment["TONNE_NVML_SCRIPT"] = tonne.Write("gpus",
            $"clock {tonne.At("clock")}\ngpu\nlimits 450 4200\npower -10 0\nshared {_file}\n{second}");
    }

    /// <summary>The limit now, W.</summary>
    internal double Limit => Read(0) / 1e3;

    /// <summary>The limit at which the last command began to work, W; 0 before the first.</summary>
    double LastWork => Read(2) / 1e3;

    /// <summary>Lets the waiting command end.</summary>
    internal string Go => _tonne.At("go");

    /// <summary>Builds the command that works by the law.</summary>
    internal async Task<string[]> BuildWorkAsync()
    {
        (await _tonne.RunOtherAsync(Needs.Program("/usr/bin/gcc", "gcc"), "-O1", "-o", _tonne.At("work"), _tonne.Write("work.c", Source),
            "-lm")).Expect(0);
        return [_tonne.At("work"), _file];
    }

    /// <summary>The command that waits while the limit is not the one found.</summary>
    internal string[] Wait => [Needs.Python(), _tonne.Write("wait.py", Waiting), _file, Go];

    /// <summary>Waits until the command waits at a limit that was changed.</summary>
    internal Task WaitForWorkAsync() => WaitAsync(() => LastWork is not (0 or 4200));

    /// <summary>Waits until the limit is the one that was found.</summary>
    internal Task WaitForRestoredAsync() => WaitAsync(() => Limit == 4200);

    static async Task WaitAsync(Func<bool> isSo)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(TimeSpan.FromSeconds(45));
        while (!isSo())
            await Task.Delay(10, over.Token);
    }

    long Read(int index)
    {
        using var file = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var numbers = new byte[24];
        file.ReadExactly(numbers);
        return BinaryPrimitives.ReadInt64LittleEndian(numbers.AsSpan(8 * index));
    }
}
