using Tonne.Runs;

namespace Tonne.Hosting;

/// <summary>Options of <see cref="TonneServiceCollectionExtensions.AddTonne"/>. Checked when the host starts.</summary>
public sealed class TonneOptions
{
    /// <summary>Folder of the ledger. Default: null, as on the command line: <c>TONNE_HOME</c>, else the user's data folder.</summary>
    public string? Home { get; set; }

    /// <summary>Name of the runs. Default: null, the name of the application.</summary>
    public string? Name { get; set; }

    /// <summary>Project of the runs. Default: null, none.</summary>
    public string? Project { get; set; }

    /// <summary>Tags of the runs. Default: none.</summary>
    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Grid zone of the machine, as <c>FR</c> or <c>Germany</c>. Default: null, unknown, which gives wide bounds and a warning.</summary>
    public string? Zone { get; set; }

    /// <summary>Cloud region of the machine, as <c>gcp:europe-west9</c>. Default: null, none.</summary>
    public string? Region { get; set; }

    /// <summary>Grid intensity that replaces the one of the zone, g CO2e/kWh, not negative. Default: null.</summary>
    public double? IntensityGramsPerKwh { get; set; }

    /// <summary>Power usage effectiveness of the facility, at least 1. Default: null, from the catalog or the type of the machine.</summary>
    public double? Pue { get; set; }

    /// <summary>How the energy of a shared machine is split. Default: <see cref="SharePolicy.Share"/>.</summary>
    public SharePolicy Policy { get; set; } = SharePolicy.Share;

    /// <summary>Time between samples, 10 ms to 1 h. Default: null, 1 s, or 100 ms where a meter gives only its power at an instant.</summary>
    public TimeSpan? Period { get; set; }

    /// <summary>Whether the host is recorded as one run, from before its services start until after they have stopped. Default: yes.</summary>
    public bool RecordsHost { get; set; } = true;

    /// <summary>Names of spans (<see cref="System.Diagnostics.Activity.OperationName"/>) that are stages of the run. Default: none.</summary>
    public ISet<string> StageSpans { get; } = new HashSet<string>(StringComparer.Ordinal);
}
