using Tonne.Instruments.Amd;
using Tonne.Instruments.GpuDevices;
using Tonne.Instruments.IntelGpus;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.GpuDevices;

/// <summary>Who uses AMD's and Intel's cards, by open files as the kernel's documentation describes them. No such card was at hand.</summary>
public sealed class DrmProcessUsageTests : IDisposable
{
    const long Second = 1_000_000_000;
    const string Slot = "0000:03:00.0";

    readonly TreeOnDisk _disk = new();

    public void Dispose() => _disk.Dispose();

    /// <summary>An open file of a device.</summary>
    void Open(int process, int file, string text)
    {
        _disk.With($"proc/{process}/fdinfo/{file}", text);
        var link = Path.Combine(_disk.Root, $"proc/{process}/fd/{file}");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (new FileInfo(link).LinkTarget is null)
            File.CreateSymbolicLink(link, "/dev/dri/renderD128");
    }

    /// <summary>The lines of drivers/gpu/drm/amd/amdgpu/amdgpu_fdinfo.c.</summary>
    static string Amd(int client, long gfx, long compute) =>
        $"pos:\t0\nflags:\t02100002\nmnt_id:\t26\npasid:\t32770\ndrm-driver:\tamdgpu\ndrm-pdev:\t{Slot}\ndrm-client-id:\t{client}\ndrm-memory-vram:\t1024 KiB\ndrm-memory-gtt: \t0 KiB\n"
        + $"drm-engine-gfx:\t{gfx} ns\ndrm-engine-compute:\t{compute} ns\n";

    /// <summary>The example of Documentation/gpu/i915.rst, with another device and other times.</summary>
    static string I915(int client, long render, long copy, long video) =>
        $"pos:    0\nflags:  0100002\nmnt_id: 21\ndrm-driver: i915\ndrm-pdev:   {Slot}\ndrm-client-id:      {client}\ndrm-engine-render:  {render} ns\ndrm-engine-copy:    {copy} ns\n"
        + $"drm-engine-video:   {video} ns\ndrm-engine-capacity-video:   2\ndrm-engine-video-enhance:   0 ns\n";

    /// <summary>The example of drivers/gpu/drm/xe/xe_drm_client.c, shortened.</summary>
    static string Xe(int client, long rcs, long ccs, long total) =>
        $"pos:    0\nflags:  0100002\nmnt_id: 26\nino:    685\ndrm-driver:     xe\ndrm-client-id:  {client}\ndrm-pdev:       {Slot}\ndrm-total-system:       0\ndrm-total-vram0:        23992 KiB\n"
        + $"drm-cycles-rcs: {rcs}\ndrm-total-cycles-rcs:   {total}\ndrm-cycles-ccs: {ccs}\ndrm-total-cycles-ccs:   {total}\ndrm-engine-capacity-ccs:        4\n";

    /// <summary>The processes 100 to 199 are the job's.</summary>
    sealed class Job : IJobProcesses
    {
        public bool Contains(int processId) => processId is >= 100 and < 200;
    }

    static Dictionary<string, IMeter> Meters(DrmProcessUsage usage, Func<long>? busy = null) =>
        usage.AddDevice([Slot], busy).CreateMeters("gpu", "0", reportsTime: busy is not null).ToDictionary(meter => meter.Description.Id[6..], StringComparer.Ordinal);

    (DrmProcessUsage Usage, Dictionary<string, IMeter> Meters) Begin(Func<long>? busy = null)
    {
        var usage = new DrmProcessUsage(_disk.Tree, sharesPidNamespace: true);
        usage.TrackJob(new Job());
        return (usage, Meters(usage, busy));
    }

    static (long Job, long All) Times(Dictionary<string, IMeter> meters, long at) => (meters["job-time"].Read(at).Value, meters["process-time"].Read(at).Value);

    [Fact]
    public void Time_of_the_engine_that_worked_most_is_the_clients_and_two_engines_of_a_kind_are_halved()
    {
        // What was used before the first look is not the run's.
        Open(100, 5, I915(7, 9_288_864_723, 2_035_071_108, 0));
        Open(300, 4, I915(8, 0, 0, 1_000_000_000));
        var (_, meters) = Begin();
        Assert.Equal((0, 0), Times(meters, 0));

        // 0.3 s of render beside 0.2 s of copy; 0.8 s on two video engines.
        Open(100, 5, I915(7, 9_588_864_723, 2_235_071_108, 0));
        Open(300, 4, I915(8, 0, 0, 1_800_000_000));

        Assert.Equal((300_000_000, 700_000_000), Times(meters, Second));
        Assert.Equal(700_000_000, meters["time"].Read(Second).Value);
        Assert.Equal((2, 1), (meters["holders"].Read(Second).Value, meters["job-holders"].Read(Second).Value));
    }

    [Fact]
    public void Files_of_one_client_count_once_whichever_processes_share_them()
    {
        foreach (var (process, file) in new[] { (100, 5), (100, 6), (101, 9) })
            Open(process, file, Amd(22, 0, 0));
        var (_, meters) = Begin();
        Times(meters, 0);
        foreach (var (process, file) in new[] { (100, 5), (100, 6), (101, 9) })
            Open(process, file, Amd(22, 0, 250_000_000));

        Assert.Equal((250_000_000, 250_000_000), Times(meters, Second));
    }

    // drm-usage-stats.rst: upon a lower value, stay with the larger previous value until a monotonic update is seen.
    [Fact]
    public void A_value_that_falls_waits_until_it_has_caught_up()
    {
        Open(100, 5, Amd(22, 1_000_000_000, 0));
        var (_, meters) = Begin();
        Times(meters, 0);
        Open(100, 5, Amd(22, 900_000_000, 0));
        Assert.Equal((0, 0), Times(meters, Second));
        Open(100, 5, Amd(22, 1_100_000_000, 0));
        Assert.Equal((100_000_000, 100_000_000), Times(meters, 2 * Second));
    }

    [Fact]
    public void Cycles_of_all_cycles_are_a_share_of_the_time()
    {
        Open(100, 5, Xe(3, 28_257_900, 0, 7_655_183_225));
        var (_, meters) = Begin();
        Times(meters, 0);
        // 10 % of the cycles of one engine, 60 % of those of four (0.6 ÷ 4 = 15 %), in 2 s.
        Open(100, 5, Xe(3, 28_257_900 + 200_000_000, 1_200_000_000, 7_655_183_225 + 2_000_000_000));

        Assert.Equal((300_000_000, 300_000_000), Times(meters, 2 * Second));
    }

    [Fact]
    public void A_client_that_comes_and_goes_keeps_its_time()
    {
        Open(300, 3, Amd(1, 0, 0));
        var (_, meters) = Begin();
        Times(meters, 0);
        // Much later: new processes are searched for the less often the more the search costs.
        Open(100, 5, Amd(22, 400_000_000, 0));
        Assert.Equal((400_000_000, 400_000_000), Times(meters, 1000 * Second));
        Directory.Delete(Path.Combine(_disk.Root, "proc/100"), recursive: true);

        Assert.Equal((400_000_000, 400_000_000), Times(meters, 2000 * Second));
        Assert.Equal((1, 0), (meters["holders"].Read(2000 * Second).Value, meters["job-holders"].Read(2000 * Second).Value));
    }

    [Fact]
    public void Files_of_another_device_and_files_that_are_no_device_are_not_counted()
    {
        Open(100, 5, Amd(22, 0, 0).Replace(Slot, "0000:83:00.0", StringComparison.Ordinal));
        Open(100, 6, "pos:\t0\nflags:\t02\nmnt_id:\t15\n");
        var (_, meters) = Begin();

        Assert.Equal((0, 0), Times(meters, 0));
        Assert.Equal((0, 0), (meters["holders"].Read(0).Value, meters["job-holders"].Read(0).Value));
    }

    // Compute queues of ROCm are not in the open files: 0.8 s at work, 0.2 s of them a game's; of the rest each of three processes with queues has a third.
    [Fact]
    public void Time_that_no_file_explains_is_of_the_processes_with_queues_and_memory_on_the_device()
    {
        _disk.With("sys/class/kfd/kfd/topology/nodes/0/gpu_id", "0\n").With("sys/class/kfd/kfd/topology/nodes/1/gpu_id", "51234\n")
            .With("sys/class/kfd/kfd/topology/nodes/1/properties", "cpu_cores_count 0\nsimd_count 440\nlocation_id 768\ndomain 0\n");
        foreach (var id in new[] { 100, 101, 300, 400 })
            _disk.With($"sys/class/kfd/kfd/proc/{id}/vram_51234", id == 400 ? "0\n" : "4096\n");
        Open(100, 5, Amd(1, 0, 0));
        Open(400, 5, Amd(2, 0, 0));
        Open(500, 5, Amd(3, 0, 0));
        var busy = 0L;
        var (_, meters) = Begin(() => busy);
        Times(meters, 0);
        busy = 800_000_000;
        Open(500, 5, Amd(3, 200_000_000, 0));

        Assert.Equal((400_000_000, 800_000_000), Times(meters, Second));
        // Process 400 has opened every device, as the runtime does, and has nothing on this one.
        Assert.Equal((4, 2), (meters["holders"].Read(Second).Value, meters["job-holders"].Read(Second).Value));
    }

    [Fact]
    public void Without_queues_time_that_no_file_explains_is_nobodys()
    {
        Open(100, 5, Amd(1, 0, 0));
        var busy = 0L;
        var (_, meters) = Begin(() => busy);
        Times(meters, 0);
        busy = 800_000_000;
        Open(100, 5, Amd(1, 300_000_000, 0));

        Assert.Equal((300_000_000, 300_000_000), Times(meters, Second));
    }

    [Fact]
    public void Holders_are_unknown_where_the_jobs_files_cannot_be_read()
    {
        _disk.With("proc/100/stat", "100 (x) S\n");
        var (_, meters) = Begin();

        Assert.True(meters["holders"].Read(0).IsGap);
    }

    /// <summary>A card on the bus.</summary>
    void Card(int number, string vendor, string product, string slot) => _disk.With($"sys/class/drm/card{number}/device/vendor", vendor + "\n").With($"sys/class/drm/card{number}/device/device", product + "\n")
        .With($"sys/class/drm/card{number}/device/uevent", $"PCI_SLOT_NAME={slot}\n").With($"sys/class/drm/card{number}/device/hwmon/hwmon{number}/name", "x\n");

    static Func<string, string?> Where(params (string Name, string Value)[] variables) => name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    // Two MI300X in CPX: 16 devices for the runtime, two for the bus, the sensors and the energy. Partitions have DRM nodes without a vendor (drivers/gpu/drm/amd/amdxcp).
    [Theory]
    [InlineData("0", "0")]
    [InlineData("7", "0")]
    [InlineData("8", "1")]
    [InlineData("7,8", "0 1")]
    [InlineData("16", "")]
    public void Partitions_of_an_MI300_are_numbered_by_themselves_and_counted_as_one_device(string list, string visible)
    {
        Card(0, "0x1002", "0x74a1", "0000:03:00.0");
        Card(9, "0x1002", "0x74a1", "0000:83:00.0");
        foreach (var number in new[] { 0, 9 })
            _disk.With($"sys/class/drm/card{number}/device/current_compute_partition", "CPX\n").With($"sys/class/drm/card{number}/device/hwmon/hwmon{number}/power1_average", "300000000\n");
        for (var number = 1; number < 8; number++)
            _disk.With($"sys/class/drm/card{number}/device/uevent", "DRIVER=amdgpu_xcp_drv\nMODALIAS=platform:amdgpu_xcp_0\n");
        using var amd = new AmdMeters(_disk.Tree, new DiscoveryOptions { EnvironmentVariable = Where(("ROCR_VISIBLE_DEVICES", list)) }, 0);

        Assert.Equal(2, amd.Parts.Count);
        Assert.Equal(2, amd.Meters.Count(meter => meter.Description is { Kind: MeterKind.Power, Role: MeterRole.Machine }));
        Assert.Equal(visible, string.Join(' ', amd.Parts.Where(part => part.Visible).Select(part => part.Device)));
    }

    [Fact]
    public void A_list_of_HIP_counts_the_partitions_that_the_list_of_ROCR_left()
    {
        Card(0, "0x1002", "0x74a1", "0000:03:00.0");
        Card(1, "0x1002", "0x74a1", "0000:83:00.0");
        foreach (var number in new[] { 0, 1 })
            _disk.With($"sys/class/drm/card{number}/device/current_compute_partition", "CPX\n");
        using var amd = new AmdMeters(_disk.Tree, new DiscoveryOptions { EnvironmentVariable = Where(("ROCR_VISIBLE_DEVICES", "6,7,8"), ("HIP_VISIBLE_DEVICES", "2")) }, 0);

        Assert.Equal(["1"], amd.Parts.Where(part => part.Visible).Select(part => part.Device));
    }

    // Level Zero: in FLAT (the default) tiles are devices, in COMPOSITE cards are, and CARD.TILE selects a tile of one.
    [Theory]
    [InlineData(null, null, "0 1 2")]
    [InlineData("0", null, "0")]
    [InlineData("1", null, "0")]
    [InlineData("2,4", null, "1 2")]
    [InlineData("1", "COMPOSITE", "1")]
    [InlineData("1.1", "COMPOSITE", "1")]
    [InlineData("0.0,2", "COMPOSITE", "0 2")]
    [InlineData("9", null, "")]
    public void ZE_AFFINITY_MASK_selects_the_cards_of_the_job(string? mask, string? hierarchy, string visible)
    {
        // Two cards of two tiles (Max 1550), one of one; graphics inside the processor are no card.
        Card(0, "0x8086", "0x46a6", "0000:00:02.0");
        Card(1, "0x8086", "0x0bd5", "0000:29:00.0");
        Card(2, "0x8086", "0x0bd5", "0000:3a:00.0");
        Card(3, "0x8086", "0x56c0", "0000:4d:00.0");
        using var intel = new IntelGpuMeters(_disk.Tree, new DiscoveryOptions { EnvironmentVariable = Where([.. new[] { ("ZE_AFFINITY_MASK", mask), ("ZE_FLAT_DEVICE_HIERARCHY", hierarchy) }.Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!))]) }, 0);

        Assert.Equal(visible, string.Join(' ', intel.Parts.Where(part => part.Visible).Select(part => part.Device)));
    }
}
