using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Bench;

/// <summary>
/// Measures what recording inside a program costs, and compares its energy of a known load with what <c>tonne run</c> says of the same load at the same time.
/// </summary>
/// <remarks>
/// Run: dotnet run -c Release --project bench -- RecordingCost TONNE<br/>
/// With TONNE, the executable, the load runs inside <c>tonne run</c>: the program records it, and marks it as a stage of the run around it.
/// </remarks>
static class RecordingCost
{
    internal static void Run(string[] args)
    {
        if (args is ["load", var seconds, var threads, var children, var home])
            RecordLoad(double.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(threads, CultureInfo.InvariantCulture), int.Parse(children, CultureInfo.InvariantCulture), home);
        else if (args is ["burn", var time])
            Burn(double.Parse(time, CultureInfo.InvariantCulture));
        else
            Measure(args.Length > 0 ? Path.GetFullPath(args[0]) : null);
    }

    static void Measure(string? tonne)
    {
        var home = Directory.CreateTempSubdirectory("tonne-bench-").FullName;
        try
        {
            MeasureBlocks(home);
            MeasureRun(home);
            if (tonne is not null)
                Compare(tonne, home);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    static RunRecorder CreateRecorder(string home, TimeSpan? period = null) =>
        new(MachineJob.OpenThisProcess, new Ledger(new LedgerHome(home), TimeProvider.System), new RecordingOptions { Place = new Place("FR"), Period = period });

    // What StartAsync and FinishAsync add to a block of 1 ms.
    static void MeasureBlocks(string home)
    {
        var recorder = CreateRecorder(home);
        var (starts, ends, costs) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 60; round++)
        {
            var cpu = ProcessIdentity.GetThreadCpuNanoseconds();
            var before = TimeProvider.System.GetTimestamp();
            using var run = recorder.StartAsync("block").AsTask().GetAwaiter().GetResult();
            var begun = TimeProvider.System.GetTimestamp();
            Thread.SpinWait(10_000);
            var over = TimeProvider.System.GetTimestamp();
            run.FinishAsync().AsTask().GetAwaiter().GetResult();
            starts.Add(TimeProvider.System.GetElapsedTime(before, begun).TotalMilliseconds);
            ends.Add(TimeProvider.System.GetElapsedTime(over).TotalMilliseconds);
            costs.Add((ProcessIdentity.GetThreadCpuNanoseconds() - cpu) / 1e6);
        }

        Console.WriteLine($"a run, in a ledger on the disk: start {Median(starts):0.00} ms, end {Median(ends):0.00} ms, {Median(costs):0.00} ms of the thread's CPU time (medians of {starts.Count})");
    }

    static void MeasureRun(string home)
    {
        const int Stages = 20_000;
        using var never = new ManualResetEvent(false);
        var recorder = CreateRecorder(home, TimeSpan.FromMilliseconds(100));
        using var run = recorder.StartAsync("costs").AsTask().GetAwaiter().GetResult();
        // In a run of its own: until the code has been compiled for the last time, which takes more than 300,000 rounds.
        using (var warm = new RunRecorder(MachineJob.OpenThisProcess, new MemoryRunSink()).StartAsync("warm").AsTask().GetAwaiter().GetResult())
        {
            for (var round = 0; round < 3_000_000; round++)
                warm.Stage("warm").Dispose();
        }

        var thread = ProcessIdentity.GetThreadCpuNanoseconds();
        var (began, allocated) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        for (var round = 0; round < Stages; round++)
            run.Stage("step").Dispose();
        Console.WriteLine($"a stage, begun and ended: {TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / Stages:0.00} µs, {(ProcessIdentity.GetThreadCpuNanoseconds() - thread) / 1e3 / Stages:0.00} µs of the thread's CPU time, {(GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Stages:0} B");

        never.WaitOne(2_000);
        var samples = run.AccountSoFar().Record.Samples;
        var counted = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var at = TimeProvider.System.GetTimestamp();
        never.WaitOne(20_000);
        var (used, allocatedNow, time) = (Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - counted, TimeProvider.System.GetElapsedTime(at));
        var taken = run.AccountSoFar().Record.Samples - samples;
        Console.WriteLine($"at 10 Hz, the program asleep: {used / time:P2} of one processor, {allocatedNow / (double)taken:0} B a sample ({taken} samples; all threads of the process)");
    }

    static void Compare(string tonne, string home)
    {
        Console.WriteLine("load, CPU-s  threads  children   in the program   tonne run's stage   difference of energy, CPU time of the program");
        foreach (var (seconds, threads, children) in new[] { (0.2, 1, 0), (1.0, 1, 0), (1.0, 2, 0), (2.0, 1, 2), (4.0, 2, 2), (12.0, 2, 4) })
        {
            var output = Path.Combine(home, "run.json");
            var start = new ProcessStartInfo(tonne, ["run", "--quiet", "--zone", "FR", "--output", output, "--", Environment.ProcessPath!,
                nameof(RecordingCost), "load", Text(seconds), Text(threads), Text(children), home]) { UseShellExecute = false, RedirectStandardOutput = true };
            start.Environment["TONNE_HOME"] = Path.Combine(home, "outer");
            start.Environment["TONNE"] = tonne;
            using var process = Process.Start(start)!;
            var inner = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
            process.WaitForExit();
            using var outer = JsonDocument.Parse(File.ReadAllText(output));
            var stage = outer.RootElement.GetProperty("stages").EnumerateArray().First(stage => stage.GetProperty("name").GetString() == "load");
            var (kwh, cpu) = (inner.GetProperty("kwh").GetDouble(), inner.GetProperty("cpu").GetDouble());
            var stageKwh = stage.GetProperty("energy_kwh").GetProperty("value").GetDouble();
            Console.WriteLine($"{seconds,11:0.0}  {threads,7}  {children,8}   {kwh * 1e6,10:0.000} mWh   {stageKwh * 1e6,13:0.000} mWh   {(kwh / stageKwh) - 1,10:P2}, {cpu:0.000} s");
        }
    }

    static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    // Inside tonne run: a stage there, a run here.
    static void RecordLoad(double seconds, int threads, int children, string home)
    {
        var recorder = CreateRecorder(home, TimeSpan.FromMilliseconds(100));
        using var run = recorder.StartAsync("load").AsTask().GetAwaiter().GetResult();
        Mark("stage load");
        var stage = run.Stage("load");
        var each = seconds / (threads + children);
        var processes = Enumerable.Range(0, children).Select(_ => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [nameof(RecordingCost), "burn", Text(each)]))!).ToList();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Burn(each))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        processes.ForEach(process => process.WaitForExit());
        stage.Dispose();
        Mark("stage rest");
        var result = run.FinishAsync().AsTask().GetAwaiter().GetResult();
        processes.ForEach(process => process.Dispose());
        var figures = result.Footprint.Stages.First(figures => figures.Name == "load");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"kwh\": {figures.Energy.Value:R}, \"cpu\": {result.Record.JobCpuSeconds:R}}}"));
    }

    // As docs/formats/marks.md says: a line to the socket of the run around, and its answer.
    static void Mark(string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Environment.GetEnvironmentVariable("TONNE_RUN")!));
        socket.Send(Encoding.UTF8.GetBytes(line + "\n"));
        socket.Receive(new byte[256]);
    }

    // By the thread's own CPU clock, so that a busy machine does not make the load smaller.
    static void Burn(double seconds)
    {
        var start = ProcessIdentity.GetThreadCpuNanoseconds();
        while (ProcessIdentity.GetThreadCpuNanoseconds() - start < seconds * 1e9)
            Thread.SpinWait(1_000);
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
