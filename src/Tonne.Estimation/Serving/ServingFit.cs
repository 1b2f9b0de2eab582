using System.Globalization;
using System.Text;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>
/// The fitted serving model, the spread of its predictions for models that were not measured, and the hash of the measurements.
/// <see cref="Shipped"/> is the fit of this version.
/// </summary>
/// <param name="Model">The model with its coefficients.</param>
/// <param name="HalfWidths">Half the width of the 95 % interval of ln(measured ÷ predicted) for a model left out of the fit, by
/// <see cref="ServedModelKind"/>, where layers, attention cache and experts of the model are given.</param>
/// <param name="HalfWidthsFromSize">The same where they are estimated from the number of parameters.</param>
/// <param name="Rows">Number of measurements that were fitted.</param>
/// <param name="Families">Number of different models among them.</param>
/// <param name="InputHash">SHA-256 of the file of measurements.</param>
public sealed record ServingFit(ServingEnergyModel Model, IReadOnlyList<double> HalfWidths, IReadOnlyList<double> HalfWidthsFromSize,
    int Rows, int Families, string InputHash)
{
    const string Table = "inference_fit.csv";
    const string Header = "name,value,unit,what";

    static readonly Lazy<ServingFit> ShippedFit =
        new(() => Parse(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly)));

    /// <summary>The fit that ships with this version.</summary>
    public static ServingFit Shipped => ShippedFit.Value;

    /// <summary>The 95 % bounds of measured ÷ predicted energy for a model that was not measured, by its kind.</summary>
    /// <param name="kind">Kind of the model.</param>
    /// <param name="architectureGiven">Whether its layers, attention cache and experts are given.</param>
    public Bounds GetSpread(ServedModelKind kind, bool architectureGiven)
    {
        var halfWidth = (architectureGiven ? HalfWidths : HalfWidthsFromSize)[(int)kind];
        return new(Math.Exp(-halfWidth), 1, Math.Exp(halfWidth));
    }

    /// <summary>Writes the fit as a CSV table.</summary>
    public string ToTable()
    {
        var text = new StringBuilder(Header).Append('\n');
        AppendLine("input-sha256", InputHash, "", "the file of measurements that was fitted");
        AppendLine("rows", Rows.ToString(CultureInfo.InvariantCulture), "1", "measurements fitted");
        AppendLine("families", Families.ToString(CultureInfo.InvariantCulture), "1", "models among them");
        foreach (var term in Enum.GetValues<ServingTerm>())
        {
            var coefficient = FormatNumber(Model.Coefficients[(int)term]);
            AppendLine("coefficient/" + NameMatching.ToSlug(GetLabel(term)), coefficient, GetUnit(term), GetLabel(term));
        }

        AppendLine("software-2024", FormatNumber(Model.OlderSoftwareRatio), "1", "energy with serving software of 2024 over that of 2026");
        AppendLine("ampere", FormatNumber(Model.AmpereRatio), "1", "energy on Ampere over what its data sheet leads to");
        foreach (var kind in Enum.GetValues<ServedModelKind>())
        {
            AppendLine("half-width/" + NameMatching.ToSlug(GetLabel(kind)), FormatNumber(HalfWidths[(int)kind]), "ln",
                "half of a 95 % interval of measured over predicted for a model left out of the fit: " + GetLabel(kind));
        }

        foreach (var kind in Enum.GetValues<ServedModelKind>())
        {
            AppendLine("half-width-from-size/" + NameMatching.ToSlug(GetLabel(kind)), FormatNumber(HalfWidthsFromSize[(int)kind]), "ln",
                "the same where layers and cache and experts are estimated from the parameters: " + GetLabel(kind));
        }

        return text.ToString();

        void AppendLine(string name, string value, string unit, string description) =>
            text.Append(CultureInfo.InvariantCulture, $"{name},{value},{unit},{description}\n");

        // Five digits: fewer would change figures, more are below the noise of the measurements.
        static string FormatNumber(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a table as <see cref="ToTable"/> writes it.</summary>
    /// <exception cref="TableFormatException">The table is malformed, or a line is missing.</exception>
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
            new ServingEnergyModel(
                [.. Enum.GetValues<ServingTerm>().Select(term => GetNumber("coefficient/" + NameMatching.ToSlug(GetLabel(term))))],
                GetNumber("software-2024"),
                GetNumber("ampere")),
            [.. Enum.GetValues<ServedModelKind>().Select(kind => GetNumber("half-width/" + NameMatching.ToSlug(GetLabel(kind))))],
            [.. Enum.GetValues<ServedModelKind>().Select(kind => GetNumber("half-width-from-size/" + NameMatching.ToSlug(GetLabel(kind))))],
            (int)GetNumber("rows"),
            (int)GetNumber("families"),
            GetText("input-sha256"));

        string GetText(string name) =>
            values.TryGetValue(name, out var value) ? value : throw new TableFormatException(table, 1, $"there is no line {name}");

        double GetNumber(string name) => double.Parse(GetText(name), CultureInfo.InvariantCulture);
    }

    /// <summary>The name of a term in derivations and in the table.</summary>
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
        ServingTerm.KernelLaunchEightBitMixture => "starting the layers of a mixture at eight bits",
        _ => "handling a token",
    };

    /// <summary>The unit of a term's coefficient: s if the value of the term is a power, else 1.</summary>
    internal static string GetUnit(ServingTerm term) => term switch
    {
        ServingTerm.KernelLaunch or ServingTerm.KernelLaunchBlackwell or ServingTerm.KernelLaunchEightBitMixture => "s",
        ServingTerm.KvCacheLatencyBlackwell or ServingTerm.TokenOverhead => "s",
        _ => "1",
    };

    /// <summary>The name of a kind of model in reports and in the table.</summary>
    public static string GetLabel(ServedModelKind kind) => kind switch
    {
        ServedModelKind.Dense => "dense models",
        ServedModelKind.MixtureOfExperts => "mixtures of experts",
        _ => "mixtures of experts at eight bits",
    };
}
