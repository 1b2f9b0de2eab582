using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.Nvidia;

public class GpuUsageTrackerTests
{
    static double Seconds(Reading reading) => reading.Value / 1e9;

    // codecarbon#567, #689: everybody's work on a GPU was charged to whoever measured.
    [Fact]
    public void Two_processes_that_share_a_GPU_have_each_its_part_of_the_multiprocessors_time()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 60\nprocess 20 0 inf 20\n") { Alive = { 10, 20 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        var before = machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 11);

        // 80 % busy for 10 s, of which 60/80 are the job's.
        Assert.Equal(8, Seconds(after["nvml:gpu-0/time"]) - Seconds(before["nvml:gpu-0/time"]), 0.001);
        Assert.Equal(6, Seconds(after["nvml:gpu-0/job-time"]) - Seconds(before["nvml:gpu-0/job-time"]), 0.001);
        Assert.Equal((2, 1), (after["nvml:gpu-0/holders"].Value, after["nvml:gpu-0/job-holders"].Value));
        Assert.Empty(gpus.GetFinalWarnings());
    }

    [Fact]
    public void Ranks_that_share_a_GPU_have_each_its_part_of_the_jobs_time_and_a_GPU_of_one_rank_is_its_own()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 60\nprocess 20 0 inf 20\nprocess 30 0 inf 10\ngpu\npower 0 300\nprocess 20 0 inf 50\n") { Alive = { 10, 20, 30 } };
        // The recorder itself may use the first one only; its ranks use both.
        machine.Variables["CUDA_VISIBLE_DEVICES"] = "0";
        var gpus = machine.Find();
        gpus.TrackJob(new Ranks(10, 20));
        machine.Sample(gpus, 1);

        machine.Sample(gpus, 11);

        var (first, second) = (gpus.DeviceUsers[0], gpus.DeviceUsers[1]);
        Assert.Equal((6, 1), (first.GetUse(0).Nanoseconds / 1e9, first.GetUse(0).Holders));
        Assert.Equal((2, 1), (first.GetUse(1).Nanoseconds / 1e9, first.GetUse(1).Holders));
        Assert.Equal((0, 0), second.GetUse(0));
        Assert.Equal((5, 1), (second.GetUse(1).Nanoseconds / 1e9, second.GetUse(1).Holders));
    }

    /// <summary>Ranks of one process each.</summary>
    sealed class Ranks(params int[] processes) : Instruments.Processes.IRankedProcesses
    {
        public bool Contains(int processId) => GetMember(processId) >= 0;

        public int GetMember(int processId) => Array.IndexOf(processes, processId);
    }

    [Fact]
    public void Sampled_ten_times_a_second_it_is_looked_at_once_and_the_totals_are_whole_at_the_end()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 100\nprocess 20 4 inf 50\n") { Alive = { 10, 20 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 0.5);
        var looks = machine.Calls("nvmlDeviceGetProcessUtilization");
        long last = 0, lastJob = 0;
        for (var tenth = 6; tenth <= 80; tenth++)
        {
            var sample = machine.Sample(gpus, tenth / 10.0);
            Assert.True(sample["nvml:gpu-0/time"].Value >= last && sample["nvml:gpu-0/job-time"].Value >= lastJob);
            Assert.True(sample["nvml:gpu-0/job-time"].Value <= sample["nvml:gpu-0/time"].Value);
            (last, lastJob) = (sample["nvml:gpu-0/time"].Value, sample["nvml:gpu-0/job-time"].Value);
        }

        Assert.InRange(machine.Calls("nvmlDeviceGetProcessUtilization") - looks, 3, 8);
        gpus.PrepareFinalSample();
        var end = machine.Sample(gpus, 8.5);

        // 8 s, all busy; from 4 s on the job has 100 of 150.
        Assert.Equal(8, Seconds(end["nvml:gpu-0/time"]), 0.001);
        Assert.Equal(3.5 + (4.5 * 100 / 150), Seconds(end["nvml:gpu-0/job-time"]), 0.15);
    }

    [Fact]
    public void A_process_that_has_ended_before_the_last_look_was_the_jobs()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 3.5 80\n") { Alive = { 10 } };
        var gpus = machine.Find();
        var job = new ScriptedGpus.Job(10);
        gpus.TrackJob(job);
        machine.Sample(gpus, 1);
        machine.Sample(gpus, 2);
        machine.Sample(gpus, 3);

        job.Processes.Clear();
        machine.Alive.Clear();
        gpus.PrepareFinalSample();
        var end = machine.Sample(gpus, 4);

        Assert.Equal(0.8 * 2.5, Seconds(end["nvml:gpu-0/job-time"]), 0.02);
    }

    [Fact]
    public void A_process_that_came_and_went_between_two_looks_is_the_jobs_if_nobody_else_was_there()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 1.2 1.7 80\ngpu\npower 0 300\nprocess 11 1.2 1.7 80\nprocess 20 0 inf 40\n") { Alive = { 20 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job());
        machine.Sample(gpus, 1);

        gpus.PrepareFinalSample();
        var end = machine.Sample(gpus, 2);

        Assert.Equal(0.4, Seconds(end["nvml:gpu-0/job-time"]), 0.001);
        Assert.Equal(0, Seconds(end["nvml:gpu-1/job-time"]));
        Assert.Equal(0.8, Seconds(end["nvml:gpu-1/time"]), 0.001);
        // On the other GPU process 20 worked 0.4 of the time, and one that nobody knows 0.8 of half of it: that is no known process's.
        Assert.Equal(0.4, Seconds(end["nvml:gpu-0/process-time"]), 0.001);
        Assert.Equal(0.4, Seconds(end["nvml:gpu-1/process-time"]), 0.001);
    }

    [Fact]
    public void In_a_process_namespace_of_its_own_the_job_is_taken_alone_on_what_it_may_use_and_it_is_said()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nlists empty\nper-process empty\nprocess 10 0 inf 70\ngpu\npower 0 300\nprocess 4321 0 inf 50\n") { IdsAreOurs = false };
        machine.Variables["CUDA_VISIBLE_DEVICES"] = "0";
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(7));
        machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 3);

        Assert.Equal(1.4, Seconds(after["nvml:gpu-0/job-time"]), 0.001);
        Assert.Equal((1, 1), (after["nvml:gpu-0/holders"].Value, after["nvml:gpu-0/job-holders"].Value));
        Assert.Equal(0, Seconds(after["nvml:gpu-1/job-time"]));
        Assert.Equal(0, after["nvml:gpu-1/job-holders"].Value);
        var warning = Assert.Single(gpus.GetFinalWarnings());
        Assert.Equal("gpu-taken-alone", warning.Code);
        Assert.Contains("GPU 0 ", warning.Text);
    }

    [Fact]
    public void A_process_found_to_be_the_jobs_shows_that_the_ids_are_ours_after_all()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 10 0 inf 60\nprocess 20 0 inf 20\n") { IdsAreOurs = false, Alive = { 10, 20 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 2);

        Assert.Equal(0.6, Seconds(after["nvml:gpu-0/job-time"]), 0.001);
        Assert.Equal((2, 1), (after["nvml:gpu-0/holders"].Value, after["nvml:gpu-0/job-holders"].Value));
        Assert.Empty(gpus.GetFinalWarnings());
    }

    [Fact]
    public void A_GPU_at_work_for_nobody_in_the_list_is_the_jobs_and_it_is_said()
    {
        // Linux inside Windows lists no processes.
        using var machine = new ScriptedGpus("gpu\npower 0 300\nlists empty\nper-process none\nprocess 10 0 inf 70\n");
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 2);

        Assert.Equal(0.7, Seconds(after["nvml:gpu-0/job-time"]), 0.001);
        Assert.Contains("lists no processes", Assert.Single(gpus.GetFinalWarnings()).Text);
    }

    [Fact]
    public void Without_use_by_process_it_is_split_by_holders_and_it_is_said()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nper-process none\nprocess 10 0 inf 60\nprocess 20 0 inf 20\nprocess 30 0 inf 0 graphics\n") { Alive = { 10, 20, 30 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 4);

        Assert.Equal((3, 1), (after["nvml:gpu-0/holders"].Value, after["nvml:gpu-0/job-holders"].Value));
        Assert.Equal(3 * 0.8 / 3, Seconds(after["nvml:gpu-0/job-time"]), 0.001);
        Assert.Equal("gpu-split-by-holders", Assert.Single(gpus.GetFinalWarnings()).Code);
    }

    [Fact]
    public void Many_samples_of_one_process_are_one_use()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nbuffered\nrates none\nprocess 10 0 inf 90\nprocess 20 1 2 60\n") { Alive = { 10, 20 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        machine.Sample(gpus, 1);

        var after = machine.Sample(gpus, 2);

        Assert.Equal(1, Seconds(after["nvml:gpu-0/time"]), 0.001);
        Assert.Equal(90d / 150, Seconds(after["nvml:gpu-0/job-time"]), 0.001);
    }

    [Fact]
    public void Work_after_a_long_silence_counts_for_its_own_time_only()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nrates none\nprocess 10 0 2 50\nprocess 10 62 inf 50\n") { Alive = { 10 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));
        for (var second = 1; second <= 70; second++)
            machine.Sample(gpus, second);

        var end = machine.Sample(gpus, 71);

        // 1 s and 9 s at half; the seam of a look may spread by the driver's sample period.
        Assert.Equal(5, Seconds(end["nvml:gpu-0/job-time"]), 0.8);
    }

    [Fact]
    public void Somebody_elses_process_is_not_asked_about_at_every_look()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 20 0 inf 20\n") { Alive = { 20 } };
        var gpus = machine.Find();
        var job = new ScriptedGpus.Job(10);
        gpus.TrackJob(job);
        for (var second = 1; second <= 200; second++)
            machine.Sample(gpus, second);

        Assert.InRange(job.Asked, 5, 40);
    }

    [Fact]
    public void Of_a_GPU_in_parts_the_job_holds_the_slices_it_names_of_all_in_use()
    {
        using var machine = new ScriptedGpus("""
            gpu
            name NVIDIA A100-SXM4-80GB
            arch 7
            power 0 200
            instance 1 0 MIG-aaaaaaaa-0000-4000-8000-000000000001 3 3
            instance 2 0 MIG-aaaaaaaa-0000-4000-8000-000000000002 2 2
            instance 3 0 MIG-aaaaaaaa-0000-4000-8000-000000000003 1 1
            process 20 0 inf 50 2 0
            """) { Alive = { 20 } };
        machine.Variables["CUDA_VISIBLE_DEVICES"] = "MIG-aaaaaaaa-0000-4000-8000-000000000001";
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));

        var readings = machine.Sample(gpus, 1);

        // 3 slices of the job's and 2 of another's; the last slice is free.
        Assert.Equal((5, 3), (readings["nvml:gpu-0/holders"].Value, readings["nvml:gpu-0/job-holders"].Value));
        Assert.False(readings["nvml:gpu-0"].IsGap);
        Assert.DoesNotContain("nvml:gpu-0/time", readings.Keys);
        Assert.Contains(gpus.Warnings, warning => warning.Code == "mig-split");
        Assert.True(Assert.Single(gpus.Parts).Visible);
    }

    [Fact]
    public void A_job_is_found_in_a_part_of_a_GPU_by_its_processes()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 200\ninstance 1 0 MIG-1 4 4\ninstance 5 0 MIG-5 2 2\nprocess 10 0 inf 50 5 0\nprocess 20 2 inf 50 1 0\nprocess 21 4 inf 9 5 0\n") { Alive = { 10, 20, 21 } };
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));

        var alone = machine.Sample(gpus, 1);
        var beside = machine.Sample(gpus, 3);

        Assert.Equal((2, 2), (alone["nvml:gpu-0/holders"].Value, alone["nvml:gpu-0/job-holders"].Value));
        Assert.Equal((6, 2), (beside["nvml:gpu-0/holders"].Value, beside["nvml:gpu-0/job-holders"].Value));
        Assert.Empty(gpus.GetFinalWarnings());
        machine.Sample(gpus, 5);
        Assert.Equal("mig-part-shared", Assert.Single(gpus.GetFinalWarnings()).Code);
    }

    [Fact]
    public void In_a_container_with_a_part_of_a_GPU_the_job_has_its_slices_of_the_whole()
    {
        // The container sees its own part; who is on the others cannot be seen.
        using var machine = new ScriptedGpus("gpu\nname NVIDIA H100 80GB HBM3\npower 0 200\nlists empty\ninstance 1 0 MIG-1 2 2\n") { IdsAreOurs = false };
        machine.Variables["NVIDIA_VISIBLE_DEVICES"] = "MIG-1";
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(7));

        var readings = machine.Sample(gpus, 1);

        Assert.Equal((7, 2), (readings["nvml:gpu-0/holders"].Value, readings["nvml:gpu-0/job-holders"].Value));
    }
}
