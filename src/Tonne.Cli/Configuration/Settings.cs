using System.Globalization;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Ledgers;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Runs;

namespace Tonne.Cli.Configuration;

/// <summary>The current settings. Later wins: the user's tonne.yaml, the folder's tonne.yaml, TONNE_*, flags.</summary>
sealed class Settings
{
    readonly Dictionary<Setting, SettingValue> _given;

    Settings(Dictionary<Setting, SettingValue> given) => _given = given;

    public IEnumerable<SettingValue> All => Setting.All.Select(setting => _given[setting]);

    public string? this[Setting setting] => _given[setting].Value;

    public TimeSpan Period => Setting.TryParsePeriod(this[Setting.Period]!, out var period) ? period : TimeSpan.FromSeconds(1);

    /// <summary>The time between samples on a machine: the setting, otherwise 100 ms if a power must be integrated.</summary>
    public TimeSpan GetPeriod(DiscoveryResult discovery) => _given[Setting.Period].Precedence == 0 && discovery.NeedsPowerIntegration ? TimeSpan.FromMilliseconds(100) : Period;

    /// <summary>The time between samples if it was given; null for the default, which depends on the machine.</summary>
    public TimeSpan? GivenPeriod => _given[Setting.Period].Precedence == 0 ? null : Period;

    public SharePolicy Policy => Enum.Parse<SharePolicy>(this[Setting.Policy]!, ignoreCase: true);

    public bool Strict => this[Setting.Strict] == "true";

    public string Sysroot => this[Setting.Sysroot]!;

    /// <summary>Folder of the ledger: the setting, otherwise tonne below the XDG data folder.</summary>
    public string Home { get; private init; } = "";

    /// <summary>The place as given; null if it must be guessed.</summary>
    public Place? Place
    {
        get
        {
            var (zone, region, intensity) = (_given[Setting.Zone], _given[Setting.Region], _given[Setting.Intensity]);
            // A zone given later than a region replaces it, and the other way round.
            if (zone.Value is not null && region.Value is not null)
                (zone, region) = zone.Precedence > region.Precedence ? (zone, region with { Value = null }) : (zone with { Value = null }, region);
            var strongest = new[] { zone, region, intensity }.Where(given => given.Value is not null).MaxBy(given => given.Precedence);
            return strongest is null ? null : new Place(
                zone.Value is { } name ? ZoneCatalog.FindPlace(name).ValueOrThrow.Code : null,
                region.Value is { } text ? RegionCatalog.Find(text).ValueOrThrow.Id : null,
                Number(intensity), Pue, strongest.Precedence == 4 ? PlaceOrigin.Given : PlaceOrigin.Configured, strongest.Origin);
        }
    }

    /// <summary>PUE if given.</summary>
    public double? Pue => Number(_given[Setting.Pue]);

    /// <summary>Settings that replace parts of the machine's discovery.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public DiscoveryOptions CreateDiscoveryOptions(Func<string, string?> variable) => new() { EnvironmentVariable = variable, NvmlLibrary = this[Setting.Nvml], OnlyMeasured = Strict, Calibrations = ReadCalibrations(), IdlePowers = RemembersIdlePower ? IdlePowerStore.Read(IdlePowerFile, out _) : [], MeterAddresses = [.. SourceAddress.Split(this[Setting.Meter] ?? "")] };

    /// <summary>Keys and addresses of publishers of grid intensity.</summary>
    public FeedSettings Feeds { get; private init; } = new();

    /// <summary>Whether publishers of grid intensity may be called.</summary>
    public bool MayCallFeeds => this[Setting.GridLive] == "on";

    /// <summary>What is known of grids by the hour, for accounts.</summary>
    /// <param name="given">Series that the user gave. Default: none.</param>
    public KnownIntensities OpenIntensities(IReadOnlyList<IntensitySeries>? given = null) => new(KnownIntensities.OpenHistory(Home), given);

    /// <summary>File of the calibrations.</summary>
    public string CalibrationFile { get; private init; } = "";

    /// <summary>File of the idle powers that runs have seen.</summary>
    public string IdlePowerFile { get; private init; } = "";

    /// <summary>Whether idle powers are kept and used: not if the setting of calibrations is <c>none</c>.</summary>
    public bool RemembersIdlePower => this[Setting.Calibration] != "none";

    /// <summary>All stored calibrations; empty if the setting is <c>none</c>.</summary>
    /// <exception cref="SettingsException">The file cannot be read, or is not a file of calibrations.</exception>
    IReadOnlyList<Calibration> ReadCalibrations()
    {
        if (this[Setting.Calibration] == "none")
            return [];
        try
        {
            return CalibrationStore.Read(CalibrationFile);
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([$"{error.Message} To use none: TONNE_CALIBRATION=none"]);
        }
    }

    /// <summary>Reads the settings from all their origins.</summary>
    /// <param name="flags">Flags of the command line by setting.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="folder">The current folder; empty if there is none.</param>
    /// <param name="root">Files that are read instead of the user's and the folder's, for a privileged process. Default: null, it is not one.</param>
    /// <exception cref="SettingsException">Some settings are wrong; the message lists all of them.</exception>
    public static Settings Resolve(IReadOnlyDictionary<Setting, string?> flags, Func<string, string?> variable, string folder, RootConfiguration? root = null)
    {
        var problems = new List<string>();
        var feeds = new FeedSettings();
        var given = Setting.All.ToDictionary(setting => setting, setting => new SettingValue(setting, setting.Default, "default", 0));
        var userFile = GetUserFile(variable, root);
        if (root is not null)
        {
            foreach (var (path, precedence) in root.Files)
                Take(root.Read(path, problems), precedence);
        }
        else
        {
            Take(SettingsFile.Read(userFile, problems), 1);
        }

        if (folder.Length > 0 && root is null)
            Take(SettingsFile.Read(Path.Combine(folder, "tonne.yaml"), problems), 2);
        foreach (var setting in Setting.All)
        {
            if (variable(setting.Variable) is { Length: > 0 } value)
                Put(setting, value, setting.Variable, 3);
        }

        foreach (var (setting, value) in flags)
        {
            if (value is not null)
                Put(setting, value, "--" + setting.Key, 4);
        }

        feeds.PutFromEnvironment(variable);
        CheckPlace();
        return problems.Count > 0 ? throw new SettingsException(problems)
            : new Settings(given)
            {
                Feeds = feeds,
                CalibrationFile = Path.GetFullPath(given[Setting.Calibration].Value is { } file and not "none" ? file : Path.Combine(Path.GetDirectoryName(userFile)!, "calibrations.json")),
                IdlePowerFile = Path.GetFullPath(root is not null
                    ? Path.Combine(RootConfiguration.DefaultHome, "idle-power.json")
                    : Path.Combine(GetFolder(variable, "XDG_STATE_HOME", ".local/state"), "tonne", "idle-power.json")),
                Home = Path.GetFullPath(given[Setting.Home].Value ?? (root is not null ? RootConfiguration.DefaultHome : null) ?? Path.Combine(GetFolder(variable, "XDG_DATA_HOME", ".local/share"), "tonne")),
            };

        void Take(IEnumerable<(string Key, string Value, string Where)> lines, int rank)
        {
            foreach (var (key, value, where) in lines)
            {
                if (Setting.All.FirstOrDefault(setting => setting.Key == key) is { } setting)
                    Put(setting, value, where, rank);
                else if (!feeds.TryPut(key, value, where))
                    problems.Add($"{where}: unknown key '{key}'. Did you mean {string.Join(" or ", NameMatching.FindNearest(key, Setting.All.Select(setting => setting.Key).Concat(FeedSettings.Names).Select(name => (NameMatching.ToKey(name), name)), 2))}?");
            }
        }

        void Put(Setting setting, string value, string origin, int rank)
        {
            if (setting.FindProblem(value) is { } problem)
                problems.Add(rank == 4 ? $"{origin}: {problem}." : $"{origin}: {setting.Key}: {problem}.");
            else
                given[setting] = new SettingValue(setting, value, origin, rank);
        }

        void CheckPlace()
        {
            if (given[Setting.Zone] is { Value: { } zone } z && ZoneCatalog.Find(zone) is { IsFound: false } noZone)
                problems.Add($"{z.Origin}: {noZone.Unknown.Message}");
            if (given[Setting.Region] is { Value: { } region } r && RegionCatalog.Find(region) is { IsFound: false } noRegion)
                problems.Add($"{r.Origin}: {noRegion.Unknown.Message}");
            if (given[Setting.Zone] is { Value: not null, Precedence: 4 } && given[Setting.Region] is { Value: not null, Precedence: 4 })
                problems.Add("--zone and --region are two places; give one.");
        }
    }

    /// <summary>The file of the user's settings.</summary>
    internal static string GetUserFile(Func<string, string?> variable, RootConfiguration? root) =>
        root is not null ? Path.Combine(root.Folder, "tonne.yaml") : Path.Combine(GetFolder(variable, "XDG_CONFIG_HOME", ".config"), "tonne", "tonne.yaml");

    static string GetFolder(Func<string, string?> variable, string name, string below) =>
        variable(name) is { Length: > 0 } folder && Path.IsPathRooted(folder) ? folder : Path.Combine(LedgerHome.GetUserFolder(variable), below);

    static double? Number(SettingValue given) =>
        given.Value is { } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;
}
