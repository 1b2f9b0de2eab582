using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Catalogs;
using Tonne.Explaining;
using Tonne.Footprints;
using Tonne.Footprints.Describing;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Reports;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne footprint FILE.yaml</c>: a model's whole life from a description.</summary>
static class FootprintCommand
{
    public static Command Build(Surroundings around)
    {
        var file = new Argument<string?>("file") { Description = "The description, YAML or JSON (docs/formats/footprint.md); '-' reads it from standard input", Arity = ArgumentArity.ZeroOrOne };
        var explain = new Option<string>("--explain") { Description = "Explain one figure: its derivation as a tree, down to each given number and cited factor", HelpName = "FIGURE" };
        var command = new Command("footprint", "Account a model's whole life from a description: experiments, training, deployment, by phase and by boundary.") { file, explain };
        command.SetAction(parsed =>
        {
            var life = Account(around, parsed.GetValue(file) ?? throw new WrongInputException("no file is given. Begin with examples/footprints/bloom.yaml, or see docs/formats/footprint.md."));
            if (parsed.GetValue(explain) is { } name)
                Explanation.Of(Find(life, name)).Write(around.Out, ScreenOf(around));
            else
                LifeCycleScreen.Write(around.Out, life, ScreenOf(around));
            return 0;
        });
        return command;
    }

    static Screen ScreenOf(Surroundings around) => new() { Width = around.Width, Colour = around.Colour(around.OutTerminal), Unicode = around.Unicode };

    static LifeCycle Account(Surroundings around, string file)
    {
        LedgerDesk? desk = null;
        var description = LifeCycleReader.Read(TextOf(around, file), file);
        return new LifeCycleAccount().Of(description, query => Runs(desk ??= LedgerDesk.Open(around), query));
    }

    static string TextOf(Surroundings around, string file)
    {
        if (file == "-")
            return Console.In.ReadToEnd();
        var path = Path.Combine(around.Folder, file);
        if (Directory.Exists(path))
            throw new WrongInputException($"{file} is a folder; name the file of a description.");
        if (!File.Exists(path))
            throw new WrongInputException($"there is no file {file}. A description looks like examples/footprints/bloom.yaml; docs/formats/footprint.md has every key.");
        if (new FileInfo(path).Length > LifeCycleReader.LongestFile)
            throw new WrongInputException($"{file} is larger than {LifeCycleReader.LongestFile >> 20} MiB: that is no description of a life cycle.");
        return File.ReadAllText(path);
    }

    static IReadOnlyList<LedgerEntry> Runs(LedgerDesk desk, RunQuery query)
    {
        if (query.Run is { } run)
        {
            try
            {
                return [desk.Load(run)];
            }
            catch (WrongInputException error)
            {
                throw new WrongInputException($"{query.Where}: {error.Message}");
            }
        }

        var filter = new RunFilter { Project = query.Project, Name = query.Name, Tags = query.Tags, Status = StatusOf(query) };
        List<RunSummary> found = [.. desk.Ledger.Entries(filter).Where(entry => entry.Trouble is null && entry.Status is not (null or RunStatus.Running))];
        if (found.Count > 0)
            return [.. found.Select(entry => desk.Ledger.Load(entry.Id))];
        throw new WrongInputException($"{query.Where}: no ended run of the ledger is among the {query}. 'tonne list' shows all.");
    }

    static RunStatus? StatusOf(RunQuery query)
    {
        if (query.Status is not { } word)
            return null;
        if (Enum.TryParse<RunStatus>(word, ignoreCase: true, out var status) && !int.TryParse(word, out _))
            return status;
        throw new WrongInputException($"{query.Where}: the status '{word}' is unknown. Known: {string.Join(", ", Enum.GetNames<RunStatus>().Select(name => name.ToLowerInvariant()))}.");
    }

    /// <summary>A figure as people write it: its name, or the beginning of it.</summary>
    static Figure Find(LifeCycle life, string name)
    {
        var all = life.Figures().DistinctBy(figure => figure.Name).ToImmutableArray();
        var key = Spelling.Key(name);
        return all.FirstOrDefault(figure => Spelling.Key(figure.Name) == key)
            ?? all.FirstOrDefault(figure => Spelling.Key(figure.Name) == Spelling.Key(name + " emissions kg total"))
            ?? all.FirstOrDefault(figure => key.Length >= 3 && Spelling.Key(figure.Name).StartsWith(key, StringComparison.Ordinal))
            ?? all.FirstOrDefault(figure => key.Length >= 3 && Spelling.Key(figure.Name).Replace("emissionskg", "", StringComparison.Ordinal).StartsWith(key, StringComparison.Ordinal))
            ?? throw new UnknownNameException(new UnknownName("figure", name, Ambiguous: false,
                Spelling.Nearest(name, all.Select(figure => (Spelling.Key(figure.Name), figure.Name))) is { Count: > 0 } near ? near : [.. all.Select(figure => figure.Name).Take(7)]));
    }
}
