using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.LifeCycles.Describing;

/// <summary>Reads the description of a life cycle (docs/formats/footprint.md). Unknown keys, wrong units and impossible values are refused with file and line, all at once.</summary>
public static class LifeCycleReader
{
    /// <summary>Name and version of the format.</summary>
    public const string Format = "tonne.life/1";

    /// <summary>Longest description read, in characters.</summary>
    public const int LongestFile = DescriptionText.LongestText;

    static readonly (string Word, PhaseKind Kind)[] _kinds =
    [
        ("data", PhaseKind.Data), ("experiments", PhaseKind.Experiments), ("failed-runs", PhaseKind.FailedRuns), ("training", PhaseKind.Training), ("fine-tuning", PhaseKind.FineTuning),
        ("evaluation", PhaseKind.Evaluation), ("deployment", PhaseKind.Deployment), ("other", PhaseKind.Other),
    ];

    /// <summary>The word of a kind of phase.</summary>
    public static string Word(PhaseKind kind) => Array.Find(_kinds, one => one.Kind == kind).Word;

    /// <summary>Reads a description.</summary>
    /// <param name="text">The text of the file, YAML or JSON.</param>
    /// <param name="file">Its name, for messages and sources.</param>
    /// <exception cref="DescriptionException">Something is wrong with it; all problems are told.</exception>
    public static LifeCycleDescription Read(string text, string file)
    {
        var root = DescriptionText.Read(text, file);
        var problems = new DescriptionProblems(file);
        var sources = new DescribedSources(file);
        if (root.Entries.FirstOrDefault(entry => entry.Key.Text == "sources").Value is DescriptionNode.Mapping list)
        {
            foreach (var (key, value) in list.Entries)
            {
                if (value is DescriptionNode.Scalar { Text: var title })
                    sources.Add(key.Text, title.Trim());
                else
                    problems.Add(value, $"the source '{DescriptionNode.Shortened(key.Text)}' must be a text: who published what, when.");
            }
        }

        var whole = new DescriptionBlock(root, "life", problems, sources, DescriptionKeys.Life);
        sources.Whole = whole.Source;
        if (whole.Text("format") is { } format && format != Format)
            problems.Add(whole.LineOf("format"), $"the format '{DescriptionNode.Shortened(format)}' is unknown; this version reads {Format}.");
        if (whole.Has("sources"))
            whole.Block("sources");
        var reader = new Reading(whole, problems, sources, file);
        var phases = reader.Phases();
        var notes = whole.Texts("notes").ToImmutableArray();
        var name = whole.Text("name");
        var description = whole.Text("description");
        if (string.IsNullOrEmpty(name))
            problems.Add(whole.Line, "'name' is missing: what lives this life?");
        problems.Demand();
        return new LifeCycleDescription(name ?? "", description, file, phases, notes);
    }

    sealed class Reading(DescriptionBlock whole, DescriptionProblems problems, DescribedSources sources, string file)
    {
        readonly PlaceReader _places = new(problems, sources);
        readonly UseReader _uses = new(problems, sources);
        readonly HardwareReader _hardware = new(problems, sources);
        readonly EstimateReader _estimates = new(problems, sources);
        readonly MarketReader _markets = new(problems, sources);
        readonly HashSet<string> _names = new(StringComparer.Ordinal);

        public ImmutableArray<DescribedPhase> Phases()
        {
            var phases = ImmutableArray.CreateBuilder<DescribedPhase>();
            if (whole["phases"] is not DescriptionNode.Sequence list)
            {
                problems.Add(whole.LineOf("phases"), "'phases' must be a list: '- name: training', and so on.");
                return [];
            }

            if (list.Items.IsEmpty)
                problems.Add(list, "'phases' is empty; a life has at least one.");
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
            var slug = Spelling.Slug(name);
            if (slug.Length == 0)
                slug = $"phase-{number}";
            var block = new DescriptionBlock(mapping, slug, problems, sources, DescriptionKeys.Phase);
            if (block.Text("name") is not { Length: > 0 })
                problems.Add(mapping, "a phase needs a 'name'.");
            if (!_names.Add(slug))
                problems.Add(mapping, $"two phases are called '{DescriptionNode.Shortened(name)}'; figures are asked for by name.");
            var own = block.Source;
            sources.Phase = block.Has("place") ? own : null;
            var (placeBlock, placePath) = block.Has("place") ? (block.Block("place"), slug + ".place") : (whole.Block("place"), "life.place");
            var (facilityBlock, facilityPath) = block.Has("facility") ? (block.Block("facility"), slug + ".facility") : (whole.Block("facility"), "life.facility");
            if (block.Has("facility") && Known(block.Block("facility")) is null && Known(whole.Block("facility")) is { } lost)
                problems.Add(block.LineOf("facility"), $"this 'facility' stands in place of the file's, and the file's '{lost}' would be lost: give 'pue', 'site' or 'kind' here too.");
            var factors = _places.Read(placeBlock, facilityBlock, placePath, facilityPath);
            sources.Phase = own;
            var pieces = new List<(UsePart Part, UseReader.Piece Piece)>();
            var wanted = 0;
            foreach (var (part, key) in new[] { (UsePart.Dynamic, "dynamic"), (UsePart.Idle, "idle"), (UsePart.Infrastructure, "infrastructure") })
            {
                foreach (var (i, node) in block.Items(key).Index())
                {
                    wanted++;
                    if (_uses.Read(node, $"{slug}.{key}{(i == 0 ? "" : $".{i + 1}")}", block, key) is { } piece)
                        pieces.Add((part, piece));
                }
            }

            foreach (var key in new[] { "dynamic", "idle", "infrastructure", "from" })
            {
                if (block[key] is DescriptionNode.Sequence { Items.IsEmpty: true } nothing)
                    problems.Add(nothing, $"'{key}' is an empty list: that is no 0. Leave it out where it is not known; write 0 kWh where nothing is used.");
            }

            var runs = Runs(block);
            if (!block.Has("dynamic") && !block.Has("idle") && !block.Has("infrastructure") && !block.Has("from") && !block.Has("estimate") && !block.Has("hardware"))
                problems.Add(mapping, $"'{(name.Length > 0 ? DescriptionNode.Shortened(name) : slug)}' uses nothing: give 'dynamic' (energy, or chip-hours and power), 'from' (runs of the ledger), or 'estimate'.");
            if (block.Block("facility") is { } building && building.Entries.FirstOrDefault(entry => entry.Key.Text == "pue").Key is { } pue && wanted > 0 && pieces.Count == wanted && pieces.TrueForAll(piece => piece.Piece.HoldsCooling))
                problems.Add(pue, "all energy of this phase already holds the cooling: a PUE on it would count the building twice.");
            if (block.Has("from") && wanted == 0 && !block.Has("estimate"))
            {
                foreach (var key in new[] { "place", "facility" }.Where(block.Has))
                    problems.Add(block.LineOf(key), $"runs bring the place and building they ran in: '{key}' would change nothing here. Leave it out; 'tonne run --zone' sets it for runs to come.");
            }

            if ((block.Has("from") || block.Has("estimate")) && wanted == 0 && block.Has("hardware"))
                problems.Add(block.LineOf("hardware"), $"{(block.Has("from") ? "runs bring" : "an estimate brings")} the making of the hardware: 'hardware' would count it a second time. What was held beside it is a phase of its own.");

            var chips = pieces.Where(piece => piece.Part == UsePart.Dynamic && piece.Piece.ChipHours is not null).Select(piece => (piece.Piece.Chip, Hours: piece.Piece.ChipHours!)).ToList();
            Derivation? chipHours = chips.Count switch
            {
                0 => null,
                1 => chips[0].Hours,
                _ => new Derivation.Sum("chip-hours", "h", [.. chips.Select(chip => chip.Hours)]),
            };
            var (hardware, embodied) = _hardware.Read(block, chipHours, pieces.Count == wanted);
            var market = block.Has("market") ? block.Block("market") : whole.Block("market");
            sources.Phase = block.Has("market") ? own : null;
            var supply = market is null ? null : _markets.Read(market, block.Has("market") ? slug + ".market" : "life.market", block.Has("market") || alone);
            sources.Phase = own;
            var duration = block.Number("duration", "how long it lasted", Dimension.Time, static hours => hours > 0 ? null : "it lasts more than 0.");
            var estimate = _estimates.Read(block, name, factors, duration?.Bounds.Best);
            var phase = new DescribedPhase
            {
                Id = slug,
                Name = name,
                Kind = KindOf(block, name),
                Uses = factors is null ? [] : [.. pieces.Select(piece => new DescribedUse(piece.Part, UseOf(piece.Piece), factors))],
                Runs = runs,
                Hardware = hardware,
                EmbodiedAsGiven = embodied,
                Market = supply,
                Estimate = estimate,
                Duration = duration,
                Units = Units(block),
                Published = Published(block),
                Computation = block.Number("computation", "floating-point operations", Dimension.Computation),
                Chips = [.. chips.Where(chip => chip.Chip is not null).Select(chip => (chip.Chip!, chip.Hours))],
                Notes = [.. block.Texts("notes"), .. pieces.SelectMany(piece => piece.Piece.Notes)],
                Doubts = [.. pieces.SelectMany(piece => piece.Piece.Doubts)],
            };
            sources.Phase = null;
            return phase;
        }

        /// <summary>The key by which a facility tells its PUE; null if none does.</summary>
        static string? Known(DescriptionNode.Mapping? facility) => facility?.Entries.FirstOrDefault(static entry => entry.Key.Text is "pue" or "site" or "kind").Key?.Text;

        static PhaseUse UseOf(UseReader.Piece piece) => new(
            piece.Label, new Boundary(piece.Extent, [piece.Label], "described"), piece.Energy, null, piece.Quality, piece.MeasuredShare, piece.HoldsCooling);

        PhaseKind KindOf(DescriptionBlock block, string name)
        {
            var stated = block.Text("kind");
            var word = Spelling.Key(stated ?? name);
            foreach (var (known, kind) in _kinds)
            {
                if (Spelling.Key(known) == word || Spelling.Key(known).TrimEnd('s') == word)
                    return kind;
            }

            if (stated is not null)
                problems.Unknown(block.LineOf("kind"), "kind of phase", stated, _kinds.Select(one => one.Word));
            else if (name.Length > 0)
                problems.Add(block.Line, $"what '{DescriptionNode.Shortened(name)}' is for cannot be told from its name: give 'kind:', one of {string.Join(", ", _kinds.Select(one => one.Word))}.");
            return PhaseKind.Other;
        }

        ImmutableArray<FunctionalUnit> Units(DescriptionBlock block)
        {
            if (block.Block("units") is not { } mapping)
                return [];
            var names = mapping.Entries.Select(entry => entry.Key.Text).ToArray();
            var counts = new DescriptionBlock(mapping, block.Path + ".units", problems, sources, names);
            var units = ImmutableArray.CreateBuilder<FunctionalUnit>();
            foreach (var name in names)
            {
                if (counts.Number(name, $"number of {name}", Dimension.Number, static count => count > 0 ? null : "a rate needs more than 0 of its unit: by R = 0 it would be no rate (ISO/IEC 21031).") is { } count)
                    units.Add(new FunctionalUnit(name, count));
                else if (!counts.Has(name))
                    problems.Add(counts.Line, $"the unit '{DescriptionNode.Shortened(name)}' needs its count, as in '{DescriptionNode.Shortened(name)}: 230768'.");
            }

            return units.ToImmutable();
        }

        PublishedFigures? Published(DescriptionBlock block)
        {
            if (block.Block("published") is not { } mapping)
                return null;
            var published = new DescriptionBlock(mapping, block.Path + ".published", problems, sources, DescriptionKeys.Published);
            return new PublishedFigures(published.Number("energy", "energy as published", Dimension.Energy), published.Number("emissions", "emissions as published", Dimension.Mass));
        }

        ImmutableArray<RunQuery> Runs(DescriptionBlock block)
        {
            var queries = ImmutableArray.CreateBuilder<RunQuery>();
            foreach (var node in block.Items("from"))
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
                    problems.Add(node, "'from' must name a run, as in 'run last', or ask for runs, as in {project: demo, tag: final}.");
                }
            }

            return queries.ToImmutable();
        }

        RunQuery Query(DescriptionBlock block, string where)
        {
            var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var tag in block.Texts("tag"))
            {
                var parts = tag.Split('=', 2);
                tags[parts[0].Trim()] = parts.Length > 1 ? parts[1].Trim() : "";
            }

            var query = new RunQuery(block.Text("run"), block.Text("project"), block.Text("name"), block.Text("status"), tags.ToImmutable(), where);
            if (query is { Run: null, Project: null, Name: null, Status: null, Tags.Count: 0 })
                problems.Add(block.Line, "'from' asks for no run: give run, project, name, status or tag.");
            return query;
        }
    }
}
