using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>Ranks of one run: their parts are the job's, and each is its own record. Numbers by the formulas of docs/methods/attribution.md.</summary>
public class RankTests
{
    const long Joule = 1_000_000;

    static long Cpu(RankRecord rank) => rank.Energy.Where(use => use.Component == Component.Cpu).Sum(use => use.Microjoules);

    static long Nanoseconds(double seconds) => (long)(seconds * 1e9);

    [Fact]
    public void Two_ranks_share_the_energy_of_the_job_by_their_processor_time()
    {
        // 10 s, two threads at 1 W idle and 5 W busy; 8 busy thread-seconds of which the ranks used 4 and 2: 5 J a thread-second each.
        var record = Modelled().Join(0, 0, 0).Join(0, 1, 1)
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(4), 1_000_000_000, Nanoseconds(2), 3_000_000_000], Seconds(8), Seconds(6), Seconds(0), Reading.FromValue(4_000_000_000))
            .Leave(10, 0, 0).Leave(10, 1, 1, exitCode: 3).End(10, exitCode: 3).Record();

        Assert.Equal([(0, 0, 20 * Joule), (1, 3, 10 * Joule)], record.Ranks!.Select(rank => (rank.Rank, rank.ExitCode ?? -1, Cpu(rank))));
        // 0.25 W/GB · 4 GB · 10 s = 10 J, by resident size 1 : 3.
        Assert.Equal([2.5, 7.5], record.Ranks!.Select(rank => rank.Energy.Single(use => use.Component == Component.Memory).Microjoules / 1e6));
        Assert.Equal([4.0, 2.0], record.Ranks!.Select(rank => rank.CpuSeconds));
    }

    [Fact]
    public void A_reservation_of_two_ranks_together_is_held_once()
    {
        // Half of the machine is reserved for both ranks: idle energy of 20 thread-seconds · 1 W is theirs by half, though only one works.
        var record = Modelled().Join(0, 0, 0, 0.5, "cpus 0").Join(0, 1, 1, 0.5, "cpus 0")
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(4), 0, 0, 0], Seconds(4), Seconds(4), Seconds(0), Reading.FromValue(0))
            .Leave(10, 0, 0).Leave(10, 1, 1).End(10).Record();

        // Active 4 · (5 − 1) = 16 J to the first; 0.5 · 20 J = 10 J held, 5 J each.
        Assert.Equal([21 * Joule, 5 * Joule], record.Ranks!.Select(Cpu));
        Assert.Equal(0.5, record.Opening.ReservedShare);
    }

    [Fact]
    public void Reservations_of_their_own_add_up()
    {
        var record = Modelled().Join(0, 0, 0, 0.25, "cpus 0").Join(0, 1, 1, 0.5, "cpus 1")
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Leave(10, 0, 0).Leave(10, 1, 1).End(10).Record();

        Assert.Equal([5 * Joule, 10 * Joule], record.Ranks!.Select(Cpu));
        Assert.Equal(0.75, record.Opening.ReservedShare);
    }

    [Fact]
    public void A_rank_that_joined_later_has_no_part_of_the_time_before()
    {
        var record = Modelled().Join(0, 0, 0)
            .Sample(0, [0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(5), 0], Seconds(5), Seconds(5), Seconds(0), Reading.FromValue(0))
            .Join(10, 1, 1)
            .Sample(20, [Nanoseconds(5), 0, Nanoseconds(3), 0], Seconds(8), Seconds(8), Seconds(0), Reading.FromValue(0))
            .Leave(20, 0, 0).Leave(20, 1, 1).End(20).Record();

        Assert.Equal([25 * Joule, 15 * Joule], record.Ranks!.Select(Cpu));
        Assert.Equal([(0.0, 20.0), (10.0, 10.0)], record.Ranks!.Select(rank => (rank.StartSeconds, rank.DurationSeconds)));
    }

    [Fact]
    public void Processor_time_that_sampling_missed_goes_to_the_rank_that_it_was_missed_of()
    {
        var record = Modelled().Join(0, 0, 0).Join(0, 1, 1)
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(2), 0, Nanoseconds(2), 0], Seconds(10), Seconds(4), Seconds(0), Reading.FromValue(0))
            .Leave(10, 0, 0, cpuSeconds: 2).Leave(10, 1, 1, cpuSeconds: 5).End(10, jobSeconds: 7).Record();

        Assert.Equal([10 * Joule, 25 * Joule], record.Ranks!.Select(Cpu));
    }

    [Fact]
    public void The_part_of_a_rank_has_the_other_ranks_with_other_processes()
    {
        var trace = Modelled().Join(0, 0, 0).Join(0, 1, 1)
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(4), 0, Nanoseconds(2), 0], Seconds(8), Seconds(6), Seconds(0), Reading.FromValue(0))
            .Leave(10, 1, 1, exitCode: 3);

        var part = trace.RecordOf(1);

        var cpu = Assert.Single(part.Components, use => use.Component == Component.Cpu);
        // Machine 12 · 1 + 8 · 5 = 52 J: rank 1 has 10, rank 0 and the others 20 + 2 · (5 − 1) = 28, and 14 are idle.
        Assert.Equal((10 * Joule, 28 * Joule, 14 * Joule, 52 * Joule), (cpu.JobMicrojoules, cpu.OthersMicrojoules, cpu.IdleMicrojoules, cpu.MachineMicrojoules));
        Assert.Equal((1, RunStatus.Failed, 3, 10.0, 2.0), (part.Opening.Rank ?? -1, part.Status, part.ExitCode ?? -1, part.DurationSeconds, part.JobCpuSeconds));
        Assert.Null(part.Ranks);
    }

    [Fact]
    public void Stages_are_those_of_the_lowest_rank_that_marks_any()
    {
        var trace = Modelled().Join(0, 0, 3).Join(0, 1, 1)
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Mark(0, new Mark(MarkKind.Stage, 0, "train of rank 3") { Member = 0 })
            .Mark(2, new Mark(MarkKind.Stage, 0, "train") { Member = 1 })
            .Mark(5, new Mark(MarkKind.Note, 0, "out of memory") { Member = 0 })
            .Sample(10, [Nanoseconds(5), 0, Nanoseconds(5), 0], Seconds(10), Seconds(10), Seconds(0), Reading.FromValue(0))
            .Leave(10, 0, 3).Leave(10, 1, 1).End(10);

        Assert.Equal(["train", "(outside)"], trace.Record().Stages.Select(stage => stage.Name));
        Assert.Equal(["rank 3: out of memory"], trace.Record().Notes);
        Assert.Equal(["train of rank 3"], trace.RecordOf(0).Stages.Select(stage => stage.Name));
    }

    [Fact]
    public void A_rank_whose_end_nobody_saw_has_no_exit_code()
    {
        var record = Modelled().Join(0, 0, 0).Join(0, 1, 1)
            .Sample(0, [0, 0, 0, 0], Seconds(0), Seconds(0), Seconds(0), Reading.FromValue(0))
            .Sample(10, [Nanoseconds(1), 0, Nanoseconds(1), 0], Seconds(2), Seconds(2), Seconds(0), Reading.FromValue(0))
            .TakeOver(11, 1, 1).Leave(12, 0, 0, exitCode: null)
            .Sample(20, [Nanoseconds(1), 0, Nanoseconds(2), 0], Seconds(3), Seconds(3), Seconds(0), Reading.FromValue(0))
            .Leave(20, 1, 1).End(20).Record();

        Assert.Equal([null, 0], record.Ranks!.Select(rank => rank.ExitCode));
        Assert.Contains("rank 0 ended before its command", Assert.Single(record.Warnings, warning => warning.Code == "rank-unseen").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_of_a_run_without_ranks_has_none()
    {
        var record = Modelled().Sample(0, 0, 0).Sample(10, 5, 5).End(10).Record();

        Assert.Null(record.Ranks);
        Assert.DoesNotContain("\"ranks\"", System.Text.Json.JsonSerializer.Serialize(record, RunJson.Default.RunRecord), StringComparison.Ordinal);
    }
}
