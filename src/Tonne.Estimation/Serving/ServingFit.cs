using System.Globalization;
using System.Text;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// The fitted serving model, its spread for unknown models, and the hash of its measurements. <see cref="Shipped"/> is the fit of this
/// version.
/// </summary>
/// <param name="Model">Coefficients.</param>
/// <param name="HalfWidths">By <see cref="ServedModelKind"/>: half the width of a 95 % interval of measured ÷ predicted for a model left
/// out, in natural logarithms.</param>
/// <param name="Rows">Measurements fitted.</param>
/// <param name="Families">Models among them.</param>
/// <param name="InputHash">SHA-256 of the file of measurements.</param>
public sealed record ServingFit(ServingEnergyModel Model, IReadOnlyList<double> HalfWidths, int Rows, int Families, string InputHash)
{
    const string Table = "inference_fit.csv";
    const string Header = "name,value,unit,what";

    static readonly Lazy<ServingFit> Read = new(() => Parse(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly)));

    /// <summary>The fit that ships with this version.</summary>
    public static ServingFit Shipped => Read.Value;

    /// <summary>The spread of measured ÷ predicted for an unknown model of a kind.</summary>
    public Bounds GetSpread(ServedModelKind kind) => new(Math.Exp(-HalfWidths[(int)kind]), 1, Math.Exp(HalfWidths[(int)kind]));

    /// <summary>Writes the fit as a table.</summary>
    public string ToTable()
    {
        var text = new StringBuilder(Header).Append('\n');
        Line("input-sha256", InputHash, "", "the file of measurements that was fitted");
        Line("rows", Rows.ToString(CultureInfo.InvariantCulture), "1", "measurements fitted");
        Line("families", Families.ToString(CultureInfo.InvariantCulture), "1", "models among them");
        foreach (var term in Enum.GetValues<ServingTerm>())
            Line("coefficient/" + NameMatching.ToSlug(GetLabel(term)), Number(Model.Coefficients[(int)term]), UnitOf(term), GetLabel(term));
        Line("software-2024", Number(Model.OlderSoftwareRatio), "1", "energy with serving software of 2024 over that of 2026");
        Line("ampere", Number(Model.AmpereRatio), "1", "energy on Ampere over what its data sheet leads to");
        foreach (var kind in Enum.GetValues<ServedModelKind>())
            Line("half-width/" + NameMatching.ToSlug(GetLabel(kind)), Number(HalfWidths[(int)kind]), "ln", "half of a 95 % interval of measured over foretold for a model left out of the fit: " + GetLabel(kind));
        return text.ToString();

        void Line(string name, string value, string unit, string what) => text.Append(CultureInfo.InvariantCulture, $"{name},{value},{unit},{what}\n");

        // Five digits: fewer would change figures, more are noise.
        static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a table as <see cref="ToTable"/> writes it.</summary>
    /// <exception cref="TableFormatException">It is malformed, or lacks a line.</exception>
    internal static ServingFit Parse(string table, string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new CsvReader(table, text, Header);
        while (rows.Read())
        {
            if (rows.GetText(0) != "input-sha256" && !(rows.GetNumber(1) >= 0))
                throw rows.CreateFormatException("the value must not be negative");
            if (!values.TryAdd(rows.GetText(0), rows.GetText(1)))
                throw rows.CreateFormatException($"{rows.GetText(0)} is listed twice");
        }

        return new ServingFit(
            new ServingEnergyModel([.. Enum.GetValues<ServingTerm>().Select(term => Number("coefficient/" + NameMatching.ToSlug(GetLabel(term))))], Number("software-2024"), Number("ampere")),
            [.. Enum.GetValues<ServedModelKind>().Select(kind => Number("half-width/" + NameMatching.ToSlug(GetLabel(kind))))],
            (int)Number("rows"), (int)Number("families"), Find("input-sha256"));

        string Find(string name) => values.TryGetValue(name, out var value) ? value : throw new TableFormatException(table, 1, $"there is no line {name}");

        double Number(string name) => double.Parse(Find(name), CultureInfo.InvariantCulture);
    }

    /// <summary>The name of a term.</summary>
    public static string GetLabel(ServingTerm term) => term switch
    {
        ServingTerm.KernelLaunch => "starting the layers",
        ServingTerm.KernelLaunchBlackwell => "starting the layers on Blackwell",
        ServingTerm.Weights => "reading the weights",
        ServingTerm.KvCacheRead => "reading the attention cache",
        ServingTerm.KvCacheLatencyBlackwell => "walking the attention cache on Blackwell",
        ServingTerm.Arithmetic => "arithmetic",
        ServingTerm.ExpertArithmetic => "arithmetic in experts",
        ServingTerm.Prefill => "arithmetic of the prompt",
        ServingTerm.InterGpuCommunication => "exchange between accelerators",
        _ => "handling a token",
    };

    internal static string UnitOf(ServingTerm term) => term is ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell or ServingTerm.KvCacheLatencyBlackwell or ServingTerm.TokenOverhead ? "s" : "1";

    /// <summary>The name of a kind of model.</summary>
    public static string GetLabel(ServedModelKind kind) => kind switch
    {
        ServedModelKind.Dense => "dense models",
        ServedModelKind.MixtureOfExperts => "mixtures of experts",
        _ => "mixtures of experts at eight bits",
    };
}
