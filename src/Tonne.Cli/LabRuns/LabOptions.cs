using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Lab.Collecting;
using Tonne.Lab.Pipelines;

namespace Tonne.Cli.LabRuns;

/// <summary>The options of <c>lab run</c> and of the process that does its work.</summary>
sealed class LabOptions
{
    /// <summary>Number of rows of the reference shape.</summary>
    const long ReferenceRows = 1_000_000;

    /// <summary>Files larger than this are read again for each stage, so that they need not fit into memory.</summary>
    const long MaxFileBytesInMemory = 256L << 20;

    /// <summary>More synthetic rows than this are generated again for each stage.</summary>
    const long MaxRowsInMemory = 400_000;

    readonly Option<string> _data = new("--data") { Description = "CSV, TSV or JSON Lines file, or a folder of PGM and PNG pictures with one subfolder per class; default: messages of the .NET SDK in 13 languages", HelpName = "FILE" };
    readonly Option<string> _label = new("--label") { Description = "Column of the class, with --data FILE", HelpName = "COLUMN" };
    readonly Option<string> _text = new("--text") { Description = "Column of the text, with --data FILE; default: detected, else all numbers", HelpName = "COLUMN" };
    readonly Option<string> _family = new("--family") { Description = "Column of a group, with --data FILE: rows of one patient, author or document are not split between training and test", HelpName = "COLUMN" };
    readonly Option<string> _patch = new("--patch") { Description = "Average each N × N square of pixels, with --data FOLDER; default 1", HelpName = "N" };
    readonly Option<string> _rows = new("--rows") { Description = "Synthetic rows with known duplicates: 1 to 100,000,000", HelpName = "N" };
    readonly Option<string> _shape = new("--shape") { Description = "reference: 1,000,000 × 10 → 950,000 × 10 → 950,000 × 512 → 12 layers, 10 epochs (a minute or two)", HelpName = "NAME" };
    readonly Option<string> _epochs = new("--epochs") { Description = "Epochs; default 10", HelpName = "N" };
    readonly Option<string> _layers = new("--layers") { Description = "Hidden layers; default 12", HelpName = "N" };
    readonly Option<string> _width = new("--width") { Description = "Units per layer; default 128", HelpName = "N" };
    readonly Option<string> _limit = new("--limit") { Description = "Most rows to use; default all", HelpName = "N" };
    readonly Option<string> _seed = new("--seed") { Description = "Seed of split, weights and order; default 1", HelpName = "N" };
    readonly Option<string> _model = new("--model") { Description = "File for the weights; default: lab/model.weights beside the ledger", HelpName = "FILE" };

    public IReadOnlyList<Option> All => [_data, _label, _text, _family, _patch, _rows, _shape, _epochs, _layers, _width, _limit, _seed, _model];

    /// <summary>The options that choose the rows, for commands that use an existing network.</summary>
    public IReadOnlyList<Option> Rows => [_data, _label, _text, _family, _patch, _rows, _limit, _seed];

    public Option<string> Model => _model;

    /// <summary>Whether the rows are those of a file or folder of the user.</summary>
    public bool HasOwnData(ParseResult parsed) => parsed.GetValue(_data) is not null;

    /// <summary>Creates the plan from the options.</summary>
    /// <exception cref="InvalidInputException">An option is wrong; the message names it and what to write.</exception>
    public PipelinePlan Plan(ParseResult parsed, string model)
    {
        var reference = parsed.GetValue(_shape) switch
        {
            null => false,
            "reference" => true,
            var other => throw new InvalidInputException($"--shape '{other}' is not known; the only shape is 'reference'."),
        };
        var made = parsed.GetValue(_rows) is { } rows ? (long?)ParseWholeNumber("--rows", rows, 1, 100_000_000) : reference ? ReferenceRows : null;
        var data = parsed.GetValue(_data);
        if (data is not null && made is not null)
            throw new InvalidInputException("--data reads rows, --rows and --shape generate them; give one of the two.");
        if (data is null && new[] { _label, _text, _family, _patch }.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } orphan)
            throw new InvalidInputException($"{orphan.Name} needs --data: it describes how to read that file or folder.");
        var (seed, patch) = (Number(_seed, 1, 0, int.MaxValue), Number(_patch, 1, 1, 4_096));
        var (epochs, layers, width) = (Number(_epochs, 10, 1, 10_000), Number(_layers, 12, 1, 1_000), Number(_width, 128, 2, 8_192));
        var limit = parsed.GetValue(_limit) is null ? (int?)null : Number(_limit, 0, 10, int.MaxValue);
        var (source, streams) = data is not null ? Read(data, parsed)
            : made is { } count ? (new SyntheticMessages(count, (ulong)seed), count > MaxRowsInMemory)
            : ((RowSource)SdkMessages.Find(), false);
        return new PipelinePlan(source) { Streams = streams, Patch = patch, Seed = seed, Epochs = epochs, Layers = layers, Width = width, MaxRows = limit, ModelPath = model };

        int Number(Option<string> option, int otherwise, int low, int high) => parsed.GetValue(option) is { } text ? (int)ParseWholeNumber(option.Name, text, low, high) : otherwise;
    }

    /// <summary>Checks the options and the first lines of the data before any work is done.</summary>
    /// <exception cref="InvalidInputException">Something is wrong; the message names it.</exception>
    public void Validate(ParseResult parsed, string model)
    {
        try
        {
            _ = Plan(parsed, model);
        }
        catch (UnusableDataException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }

    (RowSource Source, bool Streams) Read(string data, ParseResult parsed)
    {
        if (Directory.Exists(data))
        {
            return parsed.GetValue(_label) is null && parsed.GetValue(_text) is null && parsed.GetValue(_family) is null ? (ImageFolder.Open(data), false)
                : throw new InvalidInputException("--data FOLDER contains pictures, and their subfolder is the label; --label, --text and --family are for columns of a file.");
        }

        if (!File.Exists(data))
            throw new InvalidInputException($"--data '{data}' is neither a file nor a folder.");
        if (parsed.GetValue(_label) is not { } label)
            throw new InvalidInputException("--data FILE needs --label COLUMN: the column that names the class. For example: tonne lab run --data reviews.csv --label stars --text review");
        if (parsed.GetValue(_patch) is not null)
            throw new InvalidInputException("--patch is for pictures (--data FOLDER), not for a file.");
        return (TableFile.OpenTable(data, label, parsed.GetValue(_text), parsed.GetValue(_family)), new FileInfo(data).Length > MaxFileBytesInMemory);
    }

    /// <summary>Parses a whole number within limits; <c>1,000,000</c> and <c>1_000_000</c> are accepted.</summary>
    internal static long ParseWholeNumber(string option, string text, long low, long high) =>
        long.TryParse(text.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high ? number
        : throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{option} '{text}' is not a whole number from {low} to {high}."));
}
