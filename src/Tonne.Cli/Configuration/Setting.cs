using System.Globalization;
using Tonne.Instruments.HttpPolling;

namespace Tonne.Cli.Configuration;

/// <summary>A setting that may come from a file, the environment or a flag.</summary>
/// <param name="Key">Name in tonne.yaml and of the flag.</param>
/// <param name="Variable">Name of the environment variable.</param>
/// <param name="Default">Value if none is given; null if there is none.</param>
/// <param name="Description">Description of the setting, with its unit and range.</param>
/// <param name="FindProblem">Returns what is wrong with a value and what to write instead; null if it is valid.</param>
sealed record Setting(string Key, string Variable, string? Default, string Description, Func<string, string?> FindProblem)
{
    public static readonly Setting Zone = new("zone", "TONNE_ZONE", null, "grid zone, for example FR or France", AcceptAny);
    public static readonly Setting Region = new("region", "TONNE_REGION", null, "cloud region, for example gcp:europe-west9", AcceptAny);
    public static readonly Setting Intensity = new("intensity", "TONNE_INTENSITY", null, "carbon intensity in g CO2e/kWh, 0 to 5000", text => CheckNumber(text, 0, 5000, "56"));
    public static readonly Setting Pue = new("pue", "TONNE_PUE", null, "facility energy ÷ IT energy, 1 to 5", text => CheckNumber(text, 1, 5, "1.2"));
    public static readonly Setting Period = new("period", "TONNE_PERIOD", "1s", "time between samples, 10ms to 1h; 100ms by default if a device returns power but no energy", text => TryParsePeriod(text, out _) ? null : $"'{text}' is not a time between 10ms and 1h; write 1s, 100ms or 1m");
    public static readonly Setting Policy = new("policy", "TONNE_POLICY", "share", "how a shared machine is split: share, marginal or machine", text => CheckChoice(text, "share", "marginal", "machine"));
    public static readonly Setting Strict = new("strict", "TONNE_STRICT", "false", "fail rather than give modelled energy: true or false", text => CheckChoice(text, "true", "false"));
    public static readonly Setting MaskSecrets = new("mask-secrets", "TONNE_MASK_SECRETS", "true", "replace secrets among the arguments before they are kept: true or false", text => CheckChoice(text, "true", "false"));
    public static readonly Setting Project = new("project", "TONNE_PROJECT", null, "project that runs belong to", AcceptAny);
    public static readonly Setting EpochPattern = new("epoch-pattern", "TONNE_EPOCH_PATTERN", "auto", "auto, keras, lightning, hugging-face, plain, table, steps, none, or a regular expression with a group 'epoch'", text => CheckPattern(() => Tonne.Recording.EpochPatterns.EpochPattern.Parse(text)));
    public static readonly Setting StagePattern = new("stage-pattern", "TONNE_STAGE_PATTERN", null, "regular expression with a group 'stage'", text => CheckPattern(() => Tonne.Recording.EpochPatterns.StagePattern.Parse(text)));
    public static readonly Setting Home = new("home", "TONNE_HOME", null, "folder of the ledger; else the XDG data folder", AcceptAny);
    public static readonly Setting Sysroot = new("sysroot", "TONNE_SYSROOT", "/", "folder that stands in for / for sensor and machine-description files", AcceptAny);
    public static readonly Setting Nvml = new("nvml", "TONNE_NVML", null, "path of NVIDIA's management library (NVML); else the system's own, and none beside a replacement", AcceptAny);
    public static readonly Setting Meter = new("meter", "TONNE_METER", null, "meters to ask over HTTP, such as shelly://192.168.1.20; several with blanks or commas between (docs/methods/plug.md)", CheckAddresses);

    public static readonly Setting Calibration = new("calibration", "TONNE_CALIBRATION", null, "file of calibrations, or none to use none; else calibrations.json beside the user's tonne.yaml", AcceptAny);
    public static readonly Setting CloudMetadata = new("cloud-metadata", "TONNE_CLOUD_METADATA", null, "address and port asked for the cloud region; else the cloud's own, and only on a cloud's machine", CheckAddress);
    public static readonly Setting GridLive = new("grid.live", "TONNE_GRID_LIVE", "off", "whether publishers of grid intensity may be called: on or off", text => CheckChoice(text, "on", "off"));

    public static IReadOnlyList<Setting> All { get; } =
        [Zone, Region, Intensity, Pue, Period, Policy, Strict, MaskSecrets, Project, EpochPattern, StagePattern, Home, Sysroot, Nvml, Meter, Calibration, CloudMetadata, GridLive];

    /// <summary>Reads <c>1s</c>, <c>100ms</c>, <c>1m</c>, <c>1h</c> or a plain number of seconds.</summary>
    public static bool TryParsePeriod(string text, out TimeSpan period)
    {
        (string Suffix, double Milliseconds)[] units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000)];
        var unit = Array.Find(units, unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var known = double.TryParse(text[..^unit.Suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && amount * unit.Milliseconds is >= 10 and <= 3_600_000;
        period = known ? TimeSpan.FromMilliseconds(amount * unit.Milliseconds) : default;
        return known;
    }

    static string? AcceptAny(string text) => text.Length > 0 ? null : "it is empty";

    static string? CheckPattern(Func<object> parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    static string? CheckAddress(string text) => System.Net.IPEndPoint.TryParse(text, out _) ? null : $"'{text}' is not an address and port, such as 127.0.0.1:8080";

    static string? CheckAddresses(string text)
    {
        foreach (var address in SourceAddress.Split(text))
        {
            if (!SourceAddress.TryParse(address, out _, out var problem))
                return problem;
        }

        return AcceptAny(text);
    }

    static string? CheckChoice(string text, params string[] words) =>
        Array.Exists(words, word => word == text) ? null : $"'{text}' is not one of {string.Join(", ", words)}";

    static string? CheckNumber(string text, double low, double high, string example) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? null : $"'{text}' is not a number from {low.ToString(CultureInfo.InvariantCulture)} to {high.ToString(CultureInfo.InvariantCulture)}; for example {example}";
}
