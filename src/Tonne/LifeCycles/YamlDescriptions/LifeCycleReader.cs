using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>
/// Reads the description of a life cycle (docs/formats/footprint.md). It rejects unknown keys, wrong units and impossible values, and
/// lists all of them with file and line.
/// </summary>
public static class LifeCycleReader
{
    /// <summary>Name and version of the format.</summary>
    public const string Format = "tonne.life/1";

    /// <summary>Longest description read, in characters.</summary>
    public const int MaxFileLength = DescriptionParser.MaxTextLength;

    static readonly (string Word, PhaseKind Kind)[] _kinds =
    [
        ("data", PhaseKind.Data), ("experiments", PhaseKind.Experiments), ("failed-runs", PhaseKind.FailedRuns), ("training", PhaseKind.Training), ("fine-tuning", PhaseKind.FineTuning),
        ("evaluation", PhaseKind.Evaluation), ("deployment", PhaseKind.Deployment), ("other", PhaseKind.Other),
    ];

    /// <summary>The name of a kind of phase in a description.</summary>
    public static string ToKeyword(PhaseKind kind) => Array.Find(_kinds, one => one.Kind == kind).Word;

    /// <summary>Reads a description.</summary>
    /// <param name="text">The text of the file, YAML or JSON.</param>
    /// <param name="file">Name of the file, for messages and sources.</param>
    /// <exception cref="DescriptionException">Something is wrong with it. The exception lists all problems.</exception>
    public static LifeCycleDescription Read(string text, string file)
    {
        var root = DescriptionParser.Read(text, file);
        var problems = new DescriptionProblems(file);
        var sources = new SourceResolver(file);
        if (root.Entries.FirstOrDefault(entry => entry.Key.Text == "sources").Value is DescriptionNode.Mapping list)
        {
            foreach (var (key, value) in list.Entries)
            {
                if (value is DescriptionNode.Scalar { Text: var title })
                    sources.Add(key.Text, title.Trim());
                else
                    problems.Add(value, $"the source '{DescriptionNode.Shorten(key.Text)}' must be a text with publisher, title and year.");
            }
        }

        var whole = new DescriptionBlock(root, "life", problems, sources, DescriptionKeys.Life);
        sources.FileSource = whole.Source;
        if (whole.ReadText("format") is { } format && format != Format)
            problems.Add(whole.GetLine("format"), $"the format '{DescriptionNode.Shorten(format)}' is unknown; this version reads {Format}.");
        if (whole.HasKey("sources"))
            whole.ReadBlock("sources");
        var reader = new PhaseReader(whole, problems, sources, file);
        var phases = reader.Phases();
        var notes = whole.ReadTexts("notes").ToImmutableArray();
        var name = whole.ReadText("name");
        var description = whole.ReadText("description");
        if (string.IsNullOrEmpty(name))
            problems.Add(whole.Line, "'name' is missing: give the name of the model or system.");
        problems.ThrowIfAny();
        return new LifeCycleDescription(name ?? "", description, file, phases, notes);
    }

    sealed class PhaseReader(DescriptionBlock whole, DescriptionProblems problems, SourceResolver sources, string file)
    {
        readonly PlaceReader _places = new(problems, sources);
        readonly EnergyUseReader _uses = new(problems, sources);
        readonly HardwareReader _hardware = new(problems, sources);
        readonly EstimateReader _estimates = new(problems, sources);
        readonly MarketReader _markets = new(problems, sources);
        readonly HashSet<string> _names = new(StringComparer.Ordinal);

        public ImmutableArray<DescribedPhase> Phases()
        {
            var phases = ImmutableArray.CreateBuilder<DescribedPhase>();
            if (whole["phases"] is not DescriptionNode.Sequence list)
            {
                problems.Add(whole.GetLine("phases"), "'phases' must be a list: '- name: training', and so on.");
                return [];
            }

            if (list.Items.IsEmpty)
                problems.Add(list, "'phases' is empty; at least one phase is needed.");
            foreach (var node in list.Items)
            {
                if (node is not DescriptionNode.Mapping mapping)
                    problems.Add(node, $"a phase must be a block of keys that begins with 'name:', not {node.Kind}.");
                else if (Phase(mapping, phases.Count + 1, list.Items.Length == 1) is { } phase)
                    phases.Add(phase);
            }

            return phases.ToImmutable();
        }

        DescribedPhase? Phase(DescriptionNode.Mapping mapping, int number, bool alone)
        {
            var named = mapping.Entries.FirstOrDefault(entry => entry.Key.Text == "name").Value as DescriptionNode.Scalar;
            var name = named?.Text.Trim() ?? "";
            var slug = NameMatching.ToSlug(name);
            if (slug.Length == 0)
                slug = $"phase-{number}";
            var block = new DescriptionBlock(mapping, slug, problems, sources, DescriptionKeys.Phase);
            if (block.ReadText("name") is not { Length: > 0 })
                problems.Add(mapping, "a phase needs a 'name'.");
            if (!_names.Add(slug))
                problems.Add(mapping, $"two phases are called '{DescriptionNode.Shorten(name)}'; names of phases must be unique.");
            var own = block.Source;
            sources.PhaseSource = block.HasKey("place") ? own : null;
            var (placeBlock, placePath) = block.HasKey("place") ? (block.ReadBlock("place"), slug + ".place") : (whole.ReadBlock("place"), "life.place");
            var (facilityBlock, facilityPath) = block.HasKey("facility") ? (block.ReadBlock("facility"), slug + ".facility") : (whole.ReadBlock("facility"), "life.facility");
            if (block.HasKey("facility") && FindPueKey(block.ReadBlock("facility")) is null && FindPueKey(whole.ReadBlock("facility")) is { } lost)
                problems.Add(block.GetLine("facility"), $"this 'facility' replaces that of the file, including its '{lost}'. Give "
                    + "'pue', 'site' or 'kind' here too.");
            var factors = _places.Read(placeBlock, facilityBlock, placePath, facilityPath);
            sources.PhaseSource = own;
            var pieces = new List<(EnergyCategory Part, EnergyUseReader.DescribedEnergy Piece)>();
            var wanted = 0;
            foreach (var (part, key) in new[] { (EnergyCategory.Dynamic, "dynamic"), (EnergyCategory.Idle, "idle"), (EnergyCategory.Infrastructure, "infrastructure") })
            {
                foreach (var (i, node) in block.ReadItems(key).Index())
                {
                    wanted++;
                    if (_uses.Read(node, $"{slug}.{key}{(i == 0 ? "" : $".{i + 1}")}", block, key) is { } piece)
                        pieces.Add((part, piece));
                }
            }

            foreach (var key in new[] { "dynamic", "idle", "infrastructure", "from" })
            {
                if (block[key] is DescriptionNode.Sequence { Items.IsEmpty: true } nothing)
                    problems.Add(nothing, $"'{key}' is an empty list. Leave it out if the energy is unknown; write 0 kWh if none is used.");
            }

            var runs = Runs(block);
            if (!block.HasKey("dynamic") && !block.HasKey("idle") && !block.HasKey("infrastructure") && !block.HasKey("from") && !block.HasKey("estimate") && !block.HasKey("hardware"))
                problems.Add(mapping, $"'{(name.Length > 0 ? DescriptionNode.Shorten(name) : slug)}' has no energy: give 'dynamic' "
                    + "(energy, or chip-hours and power), 'from' (runs of the ledger), or 'estimate'.");
            if (block.ReadBlock("facility") is { } building && building.Entries.FirstOrDefault(entry => entry.Key.Text == "pue").Key is { } pue && wanted > 0 && pieces.Count == wanted && pieces.TrueForAll(piece => piece.Piece.IncludesFacility))
                problems.Add(pue, "all energy of this phase already includes the cooling, so a PUE would count the cooling twice.");
            if (block.HasKey("from") && wanted == 0 && !block.HasKey("estimate"))
            {
                foreach (var key in new[] { "place", "facility" }.Where(block.HasKey))
                    problems.Add(block.GetLine(key), $"runs have their own place and facility, so '{key}' has no effect. Leave it "
                        + "out; 'tonne run --zone' sets the place of future runs.");
            }

            if ((block.HasKey("from") || block.HasKey("estimate")) && wanted == 0 && block.HasKey("hardware"))
                problems.Add(block.GetLine("hardware"), $"{(block.HasKey("from") ? "runs include" : "an estimate includes")} embodied "
                    + "emissions, so 'hardware' would count them twice. Describe further hardware in a phase of its own.");

            var chips = pieces.Where(piece => piece.Part == EnergyCategory.Dynamic && piece.Piece.ChipHours is not null).Select(piece => (piece.Piece.Chip, Hours: piece.Piece.ChipHours!)).ToList();
            Derivation? chipHours = chips.Count switch
            {
                0 => null,
                1 => chips[0].Hours,
                _ => new Derivation.Sum("chip-hours", "h", [.. chips.Select(chip => chip.Hours)]),
            };
            var (hardware, embodied) = _hardware.Read(block, chipHours, pieces.Count == wanted);
            var market = block.HasKey("market") ? block.ReadBlock("market") : whole.ReadBlock("market");
            sources.PhaseSource = block.HasKey("market") ? own : null;
            var supply = market is null ? null : _markets.Read(market, block.HasKey("market") ? slug + ".market" : "life.market", block.HasKey("market") || alone);
            sources.PhaseSource = own;
            var duration = block.ReadNumber("duration", "how long it lasted", Dimension.Time,
                static hours => hours > 0 ? null : "must be more than 0.");
            var estimate = _estimates.Read(block, name, factors, duration?.Bounds.Best);
            var phase = new DescribedPhase
            {
                Id = slug,
                Name = name,
                Kind = KindOf(block, name),
                Uses = factors is null ? [] : [.. pieces.Select(piece => new DescribedUse(piece.Part, UseOf(piece.Piece), factors))],
                Runs = runs,
                Hardware = hardware,
                GivenEmbodied = embodied,
                Market = supply,
                Estimate = estimate,
                Data = factors is null ? [] : DataOf(block, duration, factors),
                Duration = duration,
                ClockHours = duration?.Bounds.Best
                    ?? (pieces.FindAll(piece => piece.Part == EnergyCategory.Dynamic) is [{ Piece.Hours: { } hours }] ? hours.Bounds.Best : (double?)null)
                    ?? (estimate is EstimateRequest.Training { Hours: { } estimated } training ? estimated * (training.Runs ?? 1) : (double?)null),
                Units = Units(block),
                Published = Published(block),
                Computation = block.ReadNumber("computation", "floating-point operations", Dimension.Computation),
                Chips = [.. chips.Where(chip => chip.Chip is not null).Select(chip => (chip.Chip!, chip.Hours))],
                Notes = [.. block.ReadTexts("notes"), .. pieces.SelectMany(piece => piece.Piece.Notes)],
                Warnings = [.. pieces.SelectMany(piece => piece.Piece.Warnings)],
            };
            sources.PhaseSource = null;
            return phase;
        }

        /// <summary>The key of a facility that determines its PUE; null if it has none.</summary>
        static string? FindPueKey(DescriptionNode.Mapping? facility) => facility?.Entries.FirstOrDefault(static entry => entry.Key.Text is "pue" or "site" or "kind").Key?.Text;

        static PhaseUse UseOf(EnergyUseReader.DescribedEnergy piece) => new(
            piece.Label, new Boundary(piece.Extent, [piece.Label], AllocationPolicy.Described), piece.Energy, null, piece.Quality, piece.MeasuredShare, piece.IncludesFacility);

        PhaseKind KindOf(DescriptionBlock block, string name)
        {
            var stated = block.ReadText("kind");
            var word = NameMatching.ToKey(stated ?? name);
            foreach (var (known, kind) in _kinds)
            {
                if (NameMatching.ToKey(known) == word || NameMatching.ToKey(known).TrimEnd('s') == word)
                    return kind;
            }

            if (stated is not null)
                problems.AddUnknown(block.GetLine("kind"), "kind of phase", stated, _kinds.Select(one => one.Word));
            else if (name.Length > 0)
                problems.Add(block.Line, $"the kind of the phase '{DescriptionNode.Shorten(name)}' cannot be derived from its name: "
                    + $"give 'kind:', one of {string.Join(", ", _kinds.Select(one => one.Word))}.");
            return PhaseKind.Other;
        }

        ImmutableArray<FunctionalUnit> Units(DescriptionBlock block)
        {
            if (block.ReadBlock("units") is not { } mapping)
                return [];
            var names = mapping.Entries.Select(entry => entry.Key.Text).ToArray();
            var counts = new DescriptionBlock(mapping, block.Path + ".units", problems, sources, names);
            var units = ImmutableArray.CreateBuilder<FunctionalUnit>();
            foreach (var name in names)
            {
                if (counts.ReadNumber(name, $"number of {name}", Dimension.Number,
                    static count => count > 0 ? null : "the count of a functional unit must be more than 0 (ISO/IEC 21031).") is { } count)
                    units.Add(new FunctionalUnit(name, count));
                else if (!counts.HasKey(name))
                    problems.Add(counts.Line, $"the unit '{DescriptionNode.Shorten(name)}' needs its count, as in '{DescriptionNode.Shorten(name)}: 230768'.");
            }

            return units.ToImmutable();
        }

        ImmutableArray<DataUse> DataOf(DescriptionBlock block, Factor? duration, AccountingFactors factors)
        {
            if (block.ReadBlock("data") is not { } mapping)
                return [];
            var data = new DescriptionBlock(mapping, block.Path + ".data", problems, sources, DescriptionKeys.Data);
            var uses = ImmutableArray.CreateBuilder<DataUse>();
            if (data.ReadNumber("stored", "data stored", Dimension.Data) is { } stored)
            {
                if (duration is null)
                    problems.Add(data.GetLine("stored"), "'stored' needs the phase's 'duration', as in 1 y: how long they were stored.");
                else
                    uses.Add(DataFactors.Store(stored, duration, factors));
            }

            if (data.ReadNumber("transferred", "data transferred", Dimension.Data) is { } transferred)
                uses.Add(DataFactors.Transfer(transferred, factors));
            if (!data.HasKey("stored") && !data.HasKey("transferred"))
                problems.Add(mapping, "'data' must have 'stored' or 'transferred', as in {stored: 50 TB, transferred: 2 TB}.");
            return uses.ToImmutable();
        }

        PublishedFigures? Published(DescriptionBlock block)
        {
            if (block.ReadBlock("published") is not { } mapping)
                return null;
            var published = new DescriptionBlock(mapping, block.Path + ".published", problems, sources, DescriptionKeys.Published);
            return new PublishedFigures(published.ReadNumber("energy", "energy as published", Dimension.Energy), published.ReadNumber("emissions", "emissions as published", Dimension.Mass));
        }

        ImmutableArray<RunQuery> Runs(DescriptionBlock block)
        {
            var queries = ImmutableArray.CreateBuilder<RunQuery>();
            foreach (var node in block.ReadItems("from"))
            {
                var where = string.Create(CultureInfo.InvariantCulture, $"{file}:{node.Line}");
                if (node is DescriptionNode.Scalar scalar)
                {
                    var run = scalar.Text.Trim();
                    queries.Add(new RunQuery(run.StartsWith("run ", StringComparison.Ordinal) ? run[4..].Trim() : run, null, null, null, ImmutableSortedDictionary<string, string>.Empty, where));
                }
                else if (node is DescriptionNode.Mapping mapping)
                {
                    queries.Add(Query(new DescriptionBlock(mapping, block.Path + ".from", problems, sources, DescriptionKeys.Run), where));
                }
                else
                {
                    problems.Add(node, "'from' must name a run, as in 'run last', or select runs, as in {project: demo, tag: final}.");
                }
            }

            return queries.ToImmutable();
        }

        RunQuery Query(DescriptionBlock block, string where)
        {
            var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var tag in block.ReadTexts("tag"))
            {
                var parts = tag.Split('=', 2);
                tags[parts[0].Trim()] = parts.Length > 1 ? parts[1].Trim() : "";
            }

            var query = new RunQuery(block.ReadText("run"), block.ReadText("project"), block.ReadText("name"), block.ReadText("status"), tags.ToImmutable(), where);
            if (query is { Run: null, Project: null, Name: null, Status: null, Tags.Count: 0 })
                problems.Add(block.Line, "'from' selects no run: give run, project, name, status or tag.");
            return query;
        }
    }
}
