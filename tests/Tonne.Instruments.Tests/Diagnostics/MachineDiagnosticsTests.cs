using System.Formats.Tar;
using System.Text;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.Tests.Machines;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Diagnostics;

public sealed class MachineDiagnosticsTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    TreeOnDisk Server() => _disk
        .With("proc/cpuinfo", CpuInfoTests.TwoSockets() + "Serial\t\t: 10000000abcdef\n")
        .With("proc/meminfo", "MemTotal: 65536000 kB\n")
        .With("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\n")
        .With("proc/sys/kernel/osrelease", "6.1.0-gpu-node-17\n")
        .With("proc/sys/kernel/random/boot_id", "12345678-9abc-def0-1234-56789abcdef0\n")
        .With("sys/class/dmi/id/product_serial", "SECRET1\n")
        .With("sys/class/dmi/id/product_name", "PowerEdge R640\n")
        .With("sys/class/dmi/id/chassis_asset_tag", "INVENTORY-42\n")
        .With("sys/class/dmi/id/board_name", "board of 00:1a:2b:3c:4d:5e\n")
        .With("sys/class/powercap/intel-rapl:0/name", "package-0\n").With("sys/class/powercap/intel-rapl:0/energy_uj", "123456789\n")
        .With("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850\n")
        .With("sys/class/powercap/intel-rapl:1/name", "package-1\n").With("sys/class/powercap/intel-rapl:1/energy_uj", "1\n")
        .WithLink("etc/localtime", "/usr/share/zoneinfo/Europe/Paris");

    [Fact]
    public void A_stand_in_is_examined_and_nothing_of_this_machine_gets_in()
    {
        var examination = MachineDiagnostics.Run(Server().Tree, new Place());

        Assert.Equal(_disk.Root, examination.Root);
        Assert.Equal(["rapl:package-0", "rapl:package-1", "proc:busy", "proc:idle"], examination.Meters.Select(finding => finding.Meter.Id));
        Assert.Equal(123_456_789, examination.Meters[0].Value);
        Assert.All(examination.Meters, finding => Assert.Null(finding.Problem));
        Assert.True(examination.IdleWatts.Best > 0 && examination.IdleWatts.High < examination.FullWatts.High);
        Assert.Null(examination.ControlGroup);
        Assert.Null(examination.Cost);
    }

    [Fact]
    public void A_bundle_holds_what_examines_alike_and_nothing_that_names_the_machine()
    {
        using var tar = new MemoryStream();
        var refusing = Server().Refusing(path => path.EndsWith("intel-rapl:1/energy_uj", StringComparison.Ordinal) ? Libc.PermissionDenied : 0);

        var packed = SupportBundle.Write(refusing, "gpu-node-17", tar);

        using var unpacked = new TreeOnDisk();
        tar.Position = 0;
        TarFile.ExtractToDirectory(tar, unpacked.Root, overwriteFiles: false);
        var there = MachineDiagnostics.Run(new FileTree(unpacked.Root), new Place());
        var here = MachineDiagnostics.Run(refusing, new Place());
        Assert.Equal(here.Meters.Select(finding => (finding.Meter.Id, finding.Meter.Role, finding.Value)), there.Meters.Select(finding => (finding.Meter.Id, finding.Meter.Role, finding.Value)));
        Assert.Equal(here.Missing.Select(meter => (meter.Id, meter.Advisory)), there.Missing.Select(meter => (meter.Id, meter.Advisory)));
        Assert.Contains(there.Missing, meter => meter.Id == "rapl:package-1" && meter.Reason.StartsWith(ReadFailure.Denied, StringComparison.Ordinal));
        Assert.Equal(here.IdleWatts, there.IdleWatts);
        Assert.Equal("Europe/Paris\n", unpacked.Tree.ReadText("etc/timezone"));

        var all = Encoding.UTF8.GetString(tar.ToArray());
        foreach (var secret in new[] { "SECRET1", "INVENTORY-42", "10000000abcdef", "12345678-9abc", "00:1a:2b:3c:4d:5e", "gpu-node-17" })
            Assert.DoesNotContain(secret, all);
        Assert.DoesNotContain("sys/class/dmi/id/product_serial", packed);
    }

    [Fact]
    public void The_same_machine_gives_the_same_bytes()
    {
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        SupportBundle.Write(Server().Tree, null, first);
        SupportBundle.Write(_disk.Tree, null, second);

        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public void Contained_meters_say_why_they_are_not_summed()
    {
        Server().With("sys/class/powercap/intel-rapl:2/name", "psys\n").With("sys/class/powercap/intel-rapl:2/energy_uj", "5\n");

        var psys = MachineDiagnostics.Run(_disk.Tree, new Place()).Meters.Single(finding => finding.Meter.Id == "rapl:psys");

        Assert.Equal((MeterRole.Contained, Quality.Measured), (psys.Meter.Role, psys.Meter.Quality));
        Assert.Contains("not summed", psys.Meter.Note);
    }

    public void Dispose() => _disk.Dispose();
}
