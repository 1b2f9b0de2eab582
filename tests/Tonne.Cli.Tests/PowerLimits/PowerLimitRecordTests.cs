using System.Text.Json;
using Tonne.Cli.PowerLimits;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.Tests.PowerLimits;

public sealed class PowerLimitRecordTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-limits-");
    readonly List<string> _reports = [];

    static PowerLimitRecord Record(string boot = "this-start") => new(
        PowerLimitRecord.CurrentSchema, 42, boot, new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
            [new("test:card", "card", 300_000_000)], [200_000_000, 300_000_000]);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_limit_that_the_bench_had_set_is_restored()
    {
        var card = new ScriptedDevice("card", 200, []);

        Assert.Empty(Record().RestoreLeft(_ => card, "this-start", _reports.Add));

        Assert.Equal(300_000_000, card.Now);
        Assert.Contains("card has its power limit of 300 W again; a bench that was killed had left 200 W", Assert.Single(_reports));
    }

    [Theory]
    // Set by an administrator since.
    [InlineData(250, "this-start", "which that bench did not set: left as it is")]
    // The start of the machine has reset it.
    [InlineData(200, "next-start", "the machine was started since")]
    public void Any_other_limit_is_left_as_it_is(double watts, string boot, string report)
    {
        var card = new ScriptedDevice("card", watts, []);

        Assert.Empty(Record().RestoreLeft(_ => card, boot, _reports.Add));

        Assert.Equal((long)(watts * 1e6), card.Now);
        Assert.Contains(report, Assert.Single(_reports));
    }

    [Fact]
    public void A_device_that_is_gone_or_refuses_is_a_problem()
    {
        var card = new ScriptedDevice("card", 200, []) { Refused = { 300 } };

        Assert.Contains("card had a power limit of 300 W and is not found now",
            Assert.Single(Record().RestoreLeft(_ => null, "this-start", _reports.Add)));
        Assert.Contains("could not be set back to 300 W: card refuses 300 W",
            Assert.Single(Record().RestoreLeft(_ => card, "this-start", _reports.Add)));
        Assert.Empty(_reports);
    }

    [Fact]
    public void The_file_is_for_its_owner_only_and_says_what_is_left_unless_a_bench_runs()
    {
        var file = new PowerLimitFile(Path.Combine(_folder.FullName, "home"));
        using (file.Lock())
        {
            file.Write(Record());
            Assert.Null(file.DescribeLeft());
        }

        Assert.Equal(JsonSerializer.Serialize(Record(), PowerLimitJson.Default.PowerLimitRecord),
            JsonSerializer.Serialize(file.Read()!, PowerLimitJson.Default.PowerLimitRecord));
        Assert.Contains("(card: 300 W)", file.DescribeLeft());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Location));
        file.Delete();
        Assert.Null(file.DescribeLeft());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"schema\":\"tonne.power-limits/9\",\"process_id\":1,\"boot\":\"\",\"since\":\"2026-11-30T12:00:00Z\",\"devices\":[],\"set_microwatts\":[]}")]
    public void A_file_that_is_none_is_named(string text)
    {
        var file = new PowerLimitFile(Path.Combine(_folder.FullName, "home"));
        file.Lock().Dispose();
        File.WriteAllText(file.Location, text);

        Assert.Contains(file.Location, Assert.Throws<PowerLimitException>(file.Read).Message);
        Assert.Contains("delete the file", file.DescribeLeft());
    }
}
