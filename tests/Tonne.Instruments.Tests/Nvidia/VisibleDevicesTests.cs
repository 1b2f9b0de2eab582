using Tonne.Instruments.Nvidia;

namespace Tonne.Instruments.Tests.Nvidia;

public class VisibleDevicesTests
{
    static readonly MigInstance Small = new(1, "MIG-5f1c0a3e-0000-4000-8000-000000000001", 7, 0, 1);
    static readonly MigInstance Large = new(2, "MIG-5f1c0a3e-0000-4000-8000-000000000002", 2, 0, 4);

    // Numbered by the driver against their order on the bus, the last one in parts.
    static readonly GpuIdentity[] Four =
    [
        new(0, "NVIDIA A100", "GPU-aaaa1111-0000-4000-8000-000000000000", "00000000:81:00.0", 7, []),
        new(1, "NVIDIA A100", "GPU-aaaa2222-0000-4000-8000-000000000000", "00000000:1B:00.0", 7, []),
        new(2, "NVIDIA A100", "GPU-bbbb3333-0000-4000-8000-000000000000", "00000000:2C:00.0", 7, []),
        new(3, "NVIDIA A100", "GPU-cccc4444-0000-4000-8000-000000000000", "00000001:02:00.0", 7, [Small, Large]),
    ];

    static VisibleDevices Of(IReadOnlyList<GpuIdentity> gpus, params (string Name, string Value)[] variables) =>
        VisibleDevices.Parse(gpus, name => Array.Find(variables, pair => pair.Name == name).Value);

    static string Seen(VisibleDevices visible, int count = 4) => string.Join(",", Enumerable.Range(0, count).Where(position => visible[position]));

    // codecarbon#567, #96: CUDA_VISIBLE_DEVICES in the spellings of the CUDA Programming Guide, and what other tools broke on (zeus#109).
    [Theory]
    [InlineData("0", "1")]
    [InlineData("1", "2")]
    [InlineData("0,2", "0,1")]
    [InlineData(" 3 , 0 ", "1,3")]
    [InlineData("0,1,2,3", "0,1,2,3")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    [InlineData("-1", "")]
    [InlineData("NoDevFiles", "")]
    [InlineData("0,-1,2", "1")]
    [InlineData("0,7,2", "1")]
    [InlineData("0,,2", "1")]
    [InlineData("2x,0", "")]
    [InlineData("99999999999999999999", "")]
    [InlineData("GPU-aaaa1111-0000-4000-8000-000000000000", "0")]
    [InlineData("GPU-bbbb", "2")]
    [InlineData("gpu-BBBB3333", "2")]
    [InlineData("GPU-aaaa2,GPU-cccc", "1,3")]
    [InlineData("GPU-aaaa", "")]
    [InlineData("GPU-dddd,GPU-bbbb", "")]
    [InlineData("MIG-5f1c0a3e-0000-4000-8000-000000000002", "3")]
    [InlineData("MIG-GPU-cccc4444-0000-4000-8000-000000000000/7/0", "3")]
    [InlineData("MIG-GPU-cccc4444-0000-4000-8000-000000000000/7/1", "")]
    [InlineData("MIG-GPU-aaaa1111-0000-4000-8000-000000000000/7/0", "")]
    [InlineData("MIG-nobody", "")]
    [InlineData("MIG-GPU-cccc4444/x/0,0", "")]
    public void Visible_devices_in_every_spelling_are_understood(string value, string expected)
    {
        var visible = Of(Four, ("CUDA_VISIBLE_DEVICES", value));

        Assert.Equal(expected, Seen(visible));
        var hidden = 4 - expected.Count(char.IsAsciiDigit);
        Assert.Equal(hidden > 0, visible.Warnings.Any(warning => warning.Code == "devices-excluded" && warning.Text.Contains($"{hidden} of 4", StringComparison.Ordinal)));
    }

    // zeus#109: a MIG id crashed it.
    [Fact]
    public void Parts_of_a_GPU_are_found_by_either_of_their_names()
    {
        Assert.Equal([Large], Of(Four, ("CUDA_VISIBLE_DEVICES", Large.Uuid)).Instances);
        Assert.Equal([Small], Of(Four, ("CUDA_VISIBLE_DEVICES", "MIG-GPU-cccc4444-0000-4000-8000-000000000000/7/0")).Instances);
        Assert.Equal([Small, Large], Of(Four, ("CUDA_VISIBLE_DEVICES", $"{Small.Uuid},{Large.Uuid}")).Instances);
    }

    [Fact]
    public void Without_a_variable_all_are_visible_and_nothing_is_said()
    {
        var visible = Of(Four);

        Assert.Equal("0,1,2,3", Seen(visible));
        Assert.Empty(visible.Warnings);
    }

    [Fact]
    public void Indices_among_cards_of_different_kinds_give_a_warning_unless_the_order_is_set()
    {
        GpuIdentity[] mixed = [Four[0], Four[1] with { Name = "NVIDIA T4" }];

        Assert.Contains(Of(mixed, ("CUDA_VISIBLE_DEVICES", "0")).Warnings, warning => warning.Code == "cuda-order");
        Assert.DoesNotContain(Of(mixed, ("CUDA_VISIBLE_DEVICES", "0"), ("CUDA_DEVICE_ORDER", "PCI_BUS_ID")).Warnings, warning => warning.Code == "cuda-order");
        Assert.DoesNotContain(Of(mixed, ("CUDA_VISIBLE_DEVICES", "0,1")).Warnings, warning => warning.Code == "cuda-order");
        Assert.DoesNotContain(Of(mixed, ("CUDA_VISIBLE_DEVICES", "GPU-aaaa1")).Warnings, warning => warning.Code == "cuda-order");
        Assert.DoesNotContain(Of(Four, ("CUDA_VISIBLE_DEVICES", "0")).Warnings, warning => warning.Code == "cuda-order");
    }

    [Theory]
    [InlineData("all", "0,1,2,3")]
    [InlineData("void", "0,1,2,3")]
    [InlineData("", "0,1,2,3")]
    [InlineData("none", "")]
    [InlineData("1,2", "1,2")]
    [InlineData("GPU-bbbb3333-0000-4000-8000-000000000000", "2")]
    [InlineData("3:0", "3")]
    // As many as are shown, or indices beyond them: inside a container, where the numbers begin anew.
    [InlineData("4,5,6,7", "0,1,2,3")]
    [InlineData("2,5", "0,1,2,3")]
    public void The_container_runtimes_variable_counts_where_it_can_mean_these_devices(string value, string expected) =>
        Assert.Equal(expected, Seen(Of(Four, ("NVIDIA_VISIBLE_DEVICES", value))));

    [Fact]
    public void What_CUDA_obeys_comes_before_what_the_container_runtime_obeys() =>
        Assert.Equal("2", Seen(Of(Four, ("NVIDIA_VISIBLE_DEVICES", "0"), ("CUDA_VISIBLE_DEVICES", "GPU-bbbb"))));

    // codecarbon#567, #689: the GPUs of others were in the figure and nobody said so.
    [Fact]
    public void Devices_that_the_job_may_not_use_are_metered_as_the_machines_and_not_charged_to_it()
    {
        using var machine = new ScriptedGpus("gpu\npower 0 300\nprocess 20 0 inf 90\ngpu\npower 0 100\n") { Alive = { 20 } };
        machine.Variables["CUDA_VISIBLE_DEVICES"] = "1";
        var gpus = machine.Find();
        gpus.TrackJob(new ScriptedGpus.Job(10));

        machine.Sample(gpus, 1);
        var readings = machine.Sample(gpus, 2);

        Assert.Equal([false, true], gpus.Parts.Select(part => part.Visible));
        Assert.Contains("1 of 2 GPUs", Assert.Single(gpus.Warnings).Text);
        Assert.False(readings["nvml:gpu-0"].IsGap);
        Assert.Equal(0, readings["nvml:gpu-0/job-time"].Value);
        Assert.Equal(0, readings["nvml:gpu-0/job-holders"].Value);
    }
}
