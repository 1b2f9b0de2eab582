using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;

namespace Tonne.Bench;

/// <summary>
/// Measures the cost of a sample on a machine with four power zones and eight GPUs, and whether memory stays constant over 100,000 samples.
/// </summary>
/// <remarks>
/// Run: dotnet run -c Release --project bench -- SamplingCost NVML-STAND-IN.so<br/>
/// (the library that plays scripted devices: tests/nvml-stand-in; its script is named by TONNE_NVML_SCRIPT)
/// </remarks>
static class SamplingCost
{
    internal static void Run(string[] args)
    {
        const int Samples = 100_000;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var root = Directory.CreateTempSubdirectory("tonne-bench-").FullName;
        try
        {
            Write("proc/stat", File.ReadAllText("/proc/stat"));
            Write("proc/cpuinfo", File.ReadAllText("/proc/cpuinfo"));
            Write("proc/meminfo", File.ReadAllText("/proc/meminfo"));
            foreach (var (zone, name) in new[] { ("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "dram"), ("intel-rapl:1", "package-1"), ("intel-rapl:1:0", "dram") })
            {
                Write($"sys/class/powercap/{zone}/name", name);
                Write($"sys/class/powercap/{zone}/energy_uj", "123456789012");
                Write($"sys/class/powercap/{zone}/max_energy_range_uj", "262143328850");
            }

            using var found = MachineDiscovery.Discover(new FileTree(root), new DiscoveryOptions { NvmlLibrary = args.Length > 0 ? Path.GetFullPath(args[0]) : null });
            var identity = ProcessIdentity.GetCurrent();
            using var job = new JobInstruments("bench", identity, found.Machine.Threads, static () => 0);
            found.TrackJob(job);
            IMeter[] meters = [.. found.Meters, .. job.Meters];
            Console.WriteLine($"{meters.Length} meters, {found.Machine.Gpus?.Count ?? 0} GPUs, {found.PowerZones.Count} power zones");
            var readings = new Reading[meters.Length];
            var trace = new TraceWriter(Stream.Null);
            Sample(0, 2_000);
            var (cpu, allocated) = (ProcessIdentity.GetThreadCpuNanoseconds(), GC.GetAllocatedBytesForCurrentThread());
            Sample(2_000, 2_000 + (Samples / 10));
            var (resident, kept) = (Resident(), GC.GetTotalMemory(forceFullCollection: true));
            Sample(2_000 + (Samples / 10), 2_000 + Samples);
            Console.WriteLine($"back to back, {Samples} samples: {(ProcessIdentity.GetThreadCpuNanoseconds() - cpu) / 1e3 / Samples:0.0} µs CPU and {(GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Samples:0} B each; resident {resident / 1048576.0:0.0} MiB after a tenth, {Resident() / 1048576.0:0.0} MiB at the end; kept {kept / 1024.0:0} KiB, then {GC.GetTotalMemory(forceFullCollection: true) / 1024.0:0} KiB");

            foreach (var meter in meters.GroupBy(meter => meter.GetType().Name))
            {
                var (before, bytes) = (ProcessIdentity.GetThreadCpuNanoseconds(), GC.GetAllocatedBytesForCurrentThread());
                for (var i = 0; i < 2_000; i++)
                {
                    foreach (var one in meter)
                        one.Read((1_000_000 + i) * 100_000_000L);
                }

                Console.WriteLine($"  {meter.Key,-24} {meter.Count(),3} × {(ProcessIdentity.GetThreadCpuNanoseconds() - before) / 1e3 / 2_000 / meter.Count(),8:0.00} µs, {(GC.GetAllocatedBytesForCurrentThread() - bytes) / 2_000.0 / meter.Count(),6:0} B");
            }

            using var paced = new Sampler(meters, new TraceWriter(Stream.Null), TimeProvider.System, TimeSpan.FromMilliseconds(100), ProcessIdentity.GetThreadCpuNanoseconds, null, EventFdWaiter.TryCreate());
            paced.SampleNow();
            paced.Start();
            using var never = new ManualResetEvent(false);
            never.WaitOne(TimeSpan.FromSeconds(20));
            Console.WriteLine($"at 10 Hz on a thread of its own: {paced.ThreadCpuNanoseconds / 1e3 / Math.Max(1, paced.ThreadSamples):0.0} µs CPU a sample, {paced.ThreadSamples} samples");

            void Sample(int from, int to)
            {
                for (var n = from; n < to; n++)
                {
                    for (var i = 0; i < meters.Length; i++)
                        readings[i] = meters[i].Read(n * 100_000_000L);
                    trace.AppendSample(n * 100_000_000L, readings);
                }
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        void Write(string path, string text)
        {
            var full = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text + "\n");
        }

        static long Resident() => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
