using System.Globalization;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Machines;

/// <summary>This process records itself with the meters of the machine it happens to run on.</summary>
public class MachineJobTests
{
    [Fact]
    public async Task A_program_records_a_part_of_itself_with_the_meters_of_its_machine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "CPU time is read from Linux's clocks here.");
        var cancellation = TestContext.Current.CancellationToken;
        var recorder = new RunRecorder(MachineJob.OpenThisProcess, new MemoryRunSink(), new RecordingOptions { Place = new Place("FR", How: PlaceOrigin.Given) });
        // Other tests run in this process too: what they use in the meantime is the job's as well.
        var processBefore = ProcessIdentity.GetCpuNanoseconds();
        await using var run = await recorder.StartAsync("self", cancellation);
        long burnt;
        using (run.Stage("burn"))
            burnt = Burn(TimeSpan.FromMilliseconds(300));

        var (record, footprint, _) = await run.FinishAsync(cancellation);

        var process = (ProcessIdentity.GetCpuNanoseconds() - processBefore) / 1e9;
        Assert.InRange(record.JobCpuSeconds, burnt / 1e9, process + 0.1);
        Assert.Equal((RunStatus.Completed, Environment.ProcessId), (record.Status, record.Opening.Holder.ProcessId));
        Assert.NotEmpty(record.QuarterHours);
        var burn = Assert.Single(record.Stages, stage => stage.Name == "burn");
        Assert.True(burn.DurationSeconds > 0 && burn.DurationSeconds < record.DurationSeconds);
        Assert.NotNull(record.Overhead);
        // No power zone, no model of this processor: then nothing but the CPU time is known, and that is no failure of the recorder.
        if (!record.Opening.Bases.IsEmpty)
            Assert.True(footprint.Energy.Bounds.Best > 0);
    }

    [Fact]
    public async Task The_job_is_this_process_with_its_children_and_starts_from_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "CPU time is read from Linux's clocks here.");
        Burn(TimeSpan.FromMilliseconds(100));
        var folder = Directory.CreateTempSubdirectory("tonne-live-").FullName;
        try
        {
            var before = ProcessIdentity.GetCpuNanoseconds();
            using var job = JobInstruments.FollowThisProcess("run", "boot", ProcessIdentity.GetCurrent(), Environment.ProcessorCount, folder);
            var meter = job.Meters.Single(meter => meter.Description.Id == JobCpuMeter.MeterId);

            var first = meter.Read(0).Value;

            Assert.InRange(first, 0, ProcessIdentity.GetCpuNanoseconds() - before + 100_000_000);
            Assert.True(job.FollowsThisProcess && job.Contains(Environment.ProcessId));
            Assert.False(job.Contains(1));
            var atStart = ProcessIdentity.GetCpuNanoseconds();
            var childCpu = await RunChildAsync("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; times");
            var own = ProcessIdentity.GetCpuNanoseconds() - atStart;
            Assert.InRange(meter.Read(2_000_000_000).Value, own + childCpu, long.MaxValue);
            Assert.True(childCpu > 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs a shell script that ends with <c>times</c>.</summary>
    /// <returns>CPU time of the shell as it reported it, in ns.</returns>
    static async Task<long> RunChildAsync(string script)
    {
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var child = System.Diagnostics.Process.Start(start)!;
        var line = await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        // User and system time: 0m0.030000s 0m0.000000s
        return line!.Split(' ').Sum(static time =>
        {
            var minutes = time.IndexOf('m', StringComparison.Ordinal);
            var seconds = (60 * int.Parse(time[..minutes], CultureInfo.InvariantCulture)) + decimal.Parse(time[(minutes + 1)..^1], CultureInfo.InvariantCulture);
            return (long)(seconds * 1_000_000_000);
        });
    }

    /// <summary>Uses the calling thread's CPU.</summary>
    /// <returns>How much of it, in ns.</returns>
    static long Burn(TimeSpan time)
    {
        var begin = ProcessIdentity.GetThreadCpuNanoseconds();
        var x = 1.0;
        while (ProcessIdentity.GetThreadCpuNanoseconds() - begin < time.Ticks * 100)
            x = Math.Sqrt(x + 1);
        return ProcessIdentity.GetThreadCpuNanoseconds() - begin + (long)Math.Min(0, x);
    }
}
