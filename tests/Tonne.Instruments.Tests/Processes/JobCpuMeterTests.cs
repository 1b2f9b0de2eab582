using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class JobCpuMeterTests
{
    [Fact]
    public void The_last_CPU_time_of_an_ended_child_is_in_the_next_reading_however_seldom_processes_are_read()
    {
        var folder = Directory.CreateTempSubdirectory("job-cpu-").FullName;
        try
        {
            var reaped = 0L;
            var meter = new JobCpuMeter(new ProcessTree(1, static _ => false, new FileTree(folder)), () => reaped);
            // Two searches and one reading of known processes; the next is due after 200 times what that cost, some milliseconds from here.
            foreach (var timestamp in new[] { 0L, 1, 2 })
                Assert.Equal(0, meter.Read(timestamp).Value);

            reaped = 1_250_000_000;

            Assert.Equal(1_250_000_000, meter.Read(3).Value);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
