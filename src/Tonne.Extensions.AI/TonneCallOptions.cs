using Tonne.Estimation.LanguageModels;
using Tonne.Recording;

namespace Tonne.Extensions.AI;

/// <summary>
/// Options of <see cref="TonneChatClient"/>, <see cref="TonneEmbeddingGenerator{TInput, TEmbedding}"/> and <see cref="CallEstimator"/>.
/// </summary>
/// <remarks>Read when the client is made; a later change has no effect.</remarks>
public sealed class TonneCallOptions
{
    /// <summary>
    /// Name of the model for the estimate, as <c>tonne catalog models</c> has it, whatever name a call asks for. Default: null, the name
    /// that the answer reports, else the one that was asked for.
    /// </summary>
    public string? Model { get; set; }

    /// <summary>Sizes of the model, for one that no catalog has; <see cref="Model"/> is not used then. Default: null.</summary>
    public LanguageModel? ModelSizes { get; set; }

    /// <summary>Names of the catalog by the names that calls ask for, such as those of deployments. Default: none.</summary>
    public IDictionary<string, string> ModelNames { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The accelerator that serves, such as <c>h100</c>. Default: null, unknown: an H100 is assumed, and the bounds include A100 and B200.
    /// </summary>
    public string? Hardware { get; set; }

    /// <summary>
    /// Mean number of requests that the service handles together, 1 to a million. Default: null, unknown: 32 with bounds from 4 to 256, and
    /// idle capacity.
    /// </summary>
    public double? Batch { get; set; }

    /// <summary>
    /// Grid zone of the data centre, as <c>FR</c>. Default: null, unknown, which takes the world's mean with wide bounds.
    /// </summary>
    public string? Zone { get; set; }

    /// <summary>Cloud region of the data centre, as <c>gcp:europe-west9</c>. Default: null, unknown.</summary>
    public string? Region { get; set; }

    /// <summary>Grid intensity that replaces the one of the zone, g CO2e/kWh, not negative. Default: null.</summary>
    public double? IntensityGramsPerKwh { get; set; }

    /// <summary>
    /// Power usage effectiveness of the data centre, at least 1. Default: null, of the region, else an unknown facility's with wide bounds.
    /// </summary>
    public double? Pue { get; set; }

    /// <summary>
    /// The run of this process, for a model that runs in it: the energy of calls is then measured instead of estimated. For example
    /// <c>() =&gt; services.GetRequiredService&lt;HostRecording&gt;().Run</c>. Default: null, the model runs elsewhere. While the function
    /// returns null, calls have no figure.
    /// </summary>
    public Func<RecordedRun?>? Measure { get; set; }

    /// <summary>Name of this program in the ledger. Default: null, that of its entry assembly.</summary>
    public string? Service { get; set; }

    /// <summary>Folder of the ledger. Default: null, as on the command line: <c>TONNE_HOME</c>, else the user's data folder.</summary>
    public string? Home { get; set; }

    /// <summary>Whether calls are added up in the ledger, for <c>tonne calls</c>. Default: yes.</summary>
    public bool WritesLedger { get; set; } = true;

    /// <summary>Time between two writes to the ledger, 1 s to 1 h. Default: 1 min.</summary>
    public TimeSpan FlushPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether each call gets a span of its own, from the source <see cref="CallTelemetry.SourceName"/>. Default: no, attributes are set on
    /// the current span, for example that of <c>UseOpenTelemetry</c> outside of <c>UseTonne</c>.
    /// </summary>
    public bool CreatesSpans { get; set; }

    /// <summary>Called when tonne failed, which never disturbs a call. Default: null, nobody.</summary>
    public Action<Exception>? OnProblem { get; set; }
}
