using System.Text.Json;

namespace Tonne.Cli.Tests.Commands;

public sealed class ReconcileCommandTests : IDisposable
{
    const string Header = "timestamp,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,tracking_mode\n";

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Write(string rows)
    {
        var file = Path.Combine(_terminal.Folder, "emissions.csv");
        File.WriteAllText(file, Header + rows);
        return file;
    }

    [Fact]
    public void An_imported_row_and_itself_have_no_difference()
    {
        var file = Write("2026-03-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,machine\n");
        _terminal.Type("ledger", "import", "codecarbon", file);
        var (code, output, error) = _terminal.Type("reconcile", "last", "--codecarbon", file, "--json");

        Assert.Equal((0, ""), (code, error));
        using var document = JsonDocument.Parse(output);
        Assert.Equal("tonne.reconcile/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal(0, document.RootElement.GetProperty("difference_kg").GetDouble(), 1e-12);
        Assert.All(document.RootElement.GetProperty("steps").EnumerateArray(), step => Assert.Equal(0, step.GetProperty("emissions_part_kg").GetDouble(), 1e-12));
    }

    [Theory]
    [InlineData("2026-03-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,machine\n2026-03-02T09:50:00Z,b,3600,0.06,0.05,0,0.02,0.07,machine\n", "2 rows overlap")]
    [InlineData("2026-07-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,machine\n", "none of the 1 rows")]
    [InlineData("", "no row")]
    public void A_file_without_one_row_of_that_time_is_refused(string rows, string why)
    {
        _terminal.Type("ledger", "import", "codecarbon", Write("2026-03-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,machine\n"));
        var (code, _, error) = _terminal.Type("reconcile", "last", "--codecarbon", Write(rows));

        Assert.Equal(2, code);
        Assert.Contains(why, error);
    }

    [Fact]
    public void A_row_can_be_named_by_its_line_or_its_id()
    {
        var file = Write("2026-03-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,machine\n2026-03-02T09:50:00Z,b,3600,0.06,0.05,0,0.02,0.07,machine\n");
        _terminal.Type("ledger", "import", "codecarbon", file);

        Assert.Contains("line 3", _terminal.Type("reconcile", "last", "--codecarbon", file, "--row", "3").Out);
        Assert.Contains("line 2", _terminal.Type("reconcile", "last", "--codecarbon", file, "--run-id", "a", "--md").Out);
        Assert.Equal(2, _terminal.Type("reconcile", "last", "--codecarbon", file, "--row", "9").Code);
    }
}
