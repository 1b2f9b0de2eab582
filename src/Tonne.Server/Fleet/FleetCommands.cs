using System.Globalization;
using System.Text.Json;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Totals;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>The commands of <c>tonne fleet</c> that need the database.</summary>
/// <param name="store">The database.</param>
/// <param name="time">The clock.</param>
/// <param name="output">Receives answers.</param>
/// <param name="error">Receives progress and warnings.</param>
/// <param name="intensities">Intensities by the hour that are known here, for recounts. Default: null, none.</param>
/// <param name="receiptKey">The key for receipts. Default: null, none.</param>
sealed class FleetCommands(IFleetStore store, TimeProvider time, TextWriter output, TextWriter error, IIntensityHistory? intensities = null,
    ReceiptKeyFile? receiptKey = null)
{
    // Some nodes differ, or lines could not be exported.
    const int Found = 1;

    // As a shell has it for SIGINT.
    const int Interrupted = 130;

    /// <summary>Who does it, for the audit log.</summary>
    static string Person => $"{Environment.UserName} on {Environment.MachineName}";

    /// <summary>Runs a command.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<int> RunAsync(FleetCommandLine line, CancellationToken cancellationToken) => line.Action switch
    {
        FleetAction.Init => InitAsync(cancellationToken),
        FleetAction.CreateCode => CreateCodeAsync(line, cancellationToken),
        FleetAction.ShowStatus => ShowStatusAsync(line.IsJson, cancellationToken),
        FleetAction.Revoke => RevokeAsync(line.Node!, cancellationToken),
        FleetAction.CheckUpgrade => CheckUpgradeAsync(line.IsJson, cancellationToken),
        FleetAction.Recount or FleetAction.TryRecount => RecountAsync(line.Recount, line.Action == FleetAction.TryRecount, cancellationToken),
        FleetAction.Verify => VerifyAsync(line.Receipts, cancellationToken),
        FleetAction.RotateKey => RotateKeyAsync(cancellationToken),
        FleetAction.ShowRecount => ShowRecountAsync(cancellationToken),
        FleetAction.Grant => GrantAsync(new Membership(line.Person!, line.Account!, line.Role), cancellationToken),
        FleetAction.Ungrant => UngrantAsync(line.Person!, line.Account, cancellationToken),
        FleetAction.ShowMembers => ShowMembersAsync(line, cancellationToken),
        FleetAction.ShowAudit => ShowAuditAsync(line, cancellationToken),
        FleetAction.ExportParquet => ExportParquetAsync(line.Folder!, line.Exported, cancellationToken),
        FleetAction.ExportHourly => ExportHourlyAsync(line.Folder!, line.Exported, cancellationToken),
        FleetAction.SetBudget => SetBudgetAsync(line.Budget!, cancellationToken),
        FleetAction.ShowBudgets => ShowBudgetsAsync(line.IsJson, cancellationToken),
        FleetAction.CheckBudgets => CheckBudgetsAsync(line.Budget!, line.IsJson, cancellationToken),
        FleetAction.RemoveBudgets => RemoveBudgetsAsync(line.Budget!, cancellationToken),
        FleetAction.WriteQuotas => WriteQuotasAsync(line.QuotaFile, cancellationToken),
        _ => ExportAsync(new LedgerHome(line.Folder!), cancellationToken),
    };

    async Task<int> InitAsync(CancellationToken cancellationToken)
    {
        var steps = await store.MigrateAsync(Person, cancellationToken).ConfigureAwait(false);
        error.WriteLine(steps == 0 ? $"tonne: the {store.Name} is up to date."
            : $"tonne: the {store.Name} is ready; {steps} steps were applied.");
        if (await store.Nodes.ListAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } nodes)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Enrolled nodes: {nodes.Count}. 'tonne fleet code' makes a code for another."));
            return 0;
        }

        var code = await store.Nodes.CreateCodeAsync(FleetRoutes.UsuallyValid, null, Person, cancellationToken).ConfigureAwait(false);
        output.WriteLine($"""
            The first code, for one node within an hour:

              {code}

            What to do next:

              on the server   tonne serve --database-file FILE --listen 0.0.0.0:7070 --certificate host.pem
              on a node       tonne fleet enroll --server https://SERVER:7070 --code {code}
                              tonne agent run
              for each node   tonne fleet code
              at any time     tonne fleet status

            docs/fleet.md has all of it: the login of the server, backups, what a node's key may do.
            """);
        return 0;
    }

    async Task<int> CreateCodeAsync(FleetCommandLine line, CancellationToken cancellationToken)
    {
        var code = await store.Nodes.CreateCodeAsync(line.Valid, line.Node, Person, cancellationToken).ConfigureAwait(false);
        error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tonne: for {line.Node ?? "one node"}, once, until {time.GetUtcNow() + line.Valid:yyyy-MM-dd HH:mm} UTC:"));
        output.WriteLine(code);
        return 0;
    }

    async Task<int> RevokeAsync(string node, CancellationToken cancellationToken)
    {
        if (!await store.Nodes.RevokeAsync(node, Person, cancellationToken).ConfigureAwait(false))
            throw new FormatException($"there is no node '{node}'. 'tonne fleet status' shows all.");
        output.WriteLine($"{node} can no longer push. What it has pushed stays; with a new code it enrols again.");
        return 0;
    }

    async Task<int> ShowStatusAsync(bool isJson, CancellationToken cancellationToken)
    {
        var fleet = FleetDocument.From(await store.Nodes.ListAsync(cancellationToken).ConfigureAwait(false), time.GetUtcNow());
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(fleet, FleetJson.Default.FleetDocument));
            return 0;
        }

        if (fleet.Nodes.Count == 0)
        {
            output.WriteLine("No node has enrolled yet. 'tonne fleet code' makes a code for one.");
            return 0;
        }

        WriteTable([["node", "state", "last seen", "waiting", "dropped", "runs", "version"], .. fleet.Nodes.Select(node => new[]
        {
            node.Name, node.State, FormatAge(node.LastSeenAt), FormatNumber(node.Waiting), FormatNumber(node.Dropped),
            FormatNumber(node.Runs), Clean(node.Version),
        })]);
        foreach (var node in fleet.Nodes.Where(node => node.Problem is not null))
            output.WriteLine($"{node.Name}: {Clean(node.Problem)}");
        foreach (var node in fleet.Nodes)
        {
            foreach (var reason in node.Reasons)
                output.WriteLine($"{node.Name}: {Clean(reason)}");
        }

        return 0;
    }

    async Task<int> CheckUpgradeAsync(bool isJson, CancellationToken cancellationToken)
    {
        var fleet = FleetDocument.From(await store.Nodes.ListAsync(cancellationToken).ConfigureAwait(false), time.GetUtcNow());
        var differing = fleet.Nodes.Where(node => node.RevokedAt is null && (node.Version != fleet.Version || !HasSameFactors(node, fleet)))
            .ToList();
        if (isJson)
            output.WriteLine(JsonSerializer.Serialize(fleet with { Nodes = differing }, FleetJson.Default.FleetDocument));
        else if (differing.Count == 0)
            output.WriteLine($"All nodes have version {fleet.Version} and factors {fleet.FactorsHash}, as here.");
        else
        {
            var all = fleet.Nodes.Count(node => node.RevokedAt is null);
            output.WriteLine($"Here: version {fleet.Version}, method {fleet.Method}, factors {fleet.FactorsHash}. {differing.Count} of {all} nodes differ:");
            output.WriteLine();
            WriteTable([["node", "version", "factors", ""], .. differing.Select(node => new[]
            {
                node.Name, Clean(node.Version), Clean(node.FactorsHash),
                node.Version is { } version && NodeState.IsOlder(version, fleet.Version) ? "upgrade the node"
                    : node.Version is { } newer && NodeState.IsOlder(fleet.Version, newer) ? "upgrade the server"
                    : node.FactorsHash is not null && !HasSameFactors(node, fleet) ? "other factors: 'tonne ledger recount' there"
                    : "",
            })]);
        }

        return differing.Count == 0 ? 0 : Found;
    }

    async Task<int> RecountAsync(RecountQuery query, bool isTrial, CancellationToken cancellationToken)
    {
        var recount = store.OpenRecount(new StoredRunRecount(intensities));
        var screen = new RecountScreen(time, error);
        RecountProgress? last = null;
        try
        {
            var job = (isTrial ? await recount.TryAsync(query, Report, cancellationToken).ConfigureAwait(false)
                : await recount.RunAsync(query, Person, Report, cancellationToken).ConfigureAwait(false))
                ?? throw new LedgerUnavailableException(store.Name, "another recount runs there", "'tonne fleet recount --status' shows it.");
            foreach (var text in RecountScreen.Describe(job, isTrial))
                output.WriteLine(text);
            return job.Failed == 0 ? 0 : Found;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine(isTrial ? "tonne: stopped; nothing was written." : string.Create(CultureInfo.InvariantCulture,
                $"tonne: stopped after {last?.Done ?? 0:N0} of {last?.Runs ?? 0:N0} runs; the same command goes on from there."));
            return Interrupted;
        }

        void Report(RecountProgress job)
        {
            last = job;
            screen.Report(job);
        }
    }

    async Task<int> VerifyAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is not null && !File.Exists(path))
            throw new FormatException($"there is no file '{path}': it is push/….receipts.jsonl in the ledger of a node.");
        var report = await store.VerifyAsync(path is null ? [] : ReceiptFile.Read(path), cancellationToken).ConfigureAwait(false);
        foreach (var problem in report.Problems)
            output.WriteLine(Clean(problem));
        if (report.ProblemCount > report.Problems.Count)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"and {report.ProblemCount - report.Problems.Count} more"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Nodes} nodes, {report.Lines} lines, {report.Receipts} receipts checked: {report.ProblemCount} problems"));
        if (report.Unsigned > 0)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"tonne: {report.Unsigned} lines have no receipt yet; the next push of their nodes signs them."));
        return report.ProblemCount == 0 ? 0 : Found;
    }

    async Task<int> RotateKeyAsync(CancellationToken cancellationToken)
    {
        var file = receiptKey ?? throw new FormatException("this needs the folder of the server.");
        using var former = file.TryRead();
        using var next = ReceiptSigner.Create();
        await store.AddKeyAsync(former, next, cancellationToken).ConfigureAwait(false);
        file.Replace(former, next);
        await store.NoteAsync(Person, "rotate key", $"{former?.Id ?? "none"} to {next.Id}", cancellationToken).ConfigureAwait(false);
        output.WriteLine($"{file.Location} has the new key {next.Id}{(former is null ? "" : $", signed by {former.Id}")}. Start 'tonne serve' again to use it.");
        return 0;
    }

    async Task<int> ShowRecountAsync(CancellationToken cancellationToken)
    {
        var job = await store.OpenRecount(new StoredRunRecount()).FindLastAsync(cancellationToken).ConfigureAwait(false);
        foreach (var text in RecountScreen.DescribeStatus(job))
            output.WriteLine(text);
        return 0;
    }

    static bool HasSameFactors(FleetDocument.NodePart node, FleetDocument fleet) =>
        node.FactorsHash is null || node.FactorsHash.Contains(fleet.FactorsHash, StringComparison.Ordinal);

    async Task<int> ExportAsync(LedgerHome home, CancellationToken cancellationToken)
    {
        // If this cannot be noted, nothing is exported.
        await store.NoteAsync(Person, "export", $"all runs to {home.Root}", cancellationToken).ConfigureAwait(false);
        var (written, known, left) = (0, 0, 0);
        var lines = new List<PushedLine>();
        await foreach (var line in store.ReadLinesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (lines.Count > 0 && lines[0].Run != line.Run)
                Write();
            lines.Add(line);
        }

        Write();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{home.Root}: {written} runs written, {known} were there."));
        error.WriteLine($"tonne: check them with: TONNE_HOME={home.Root} tonne ledger verify");
        if (left > 0)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"tonne: {left} runs have no record or no statement in the database yet, and were left out."));
        return left == 0 ? 0 : Found;

        void Write()
        {
            if (lines.Count == 0)
                return;
            if (lines[0].Sequence != 0 || lines.Count < 2)
                left++;
            else if (PushedRunFolder.Write(home, lines))
                written++;
            else
                known++;
            lines.Clear();
        }
    }

    async Task<int> ExportParquetAsync(string folder, ExportQuery query, CancellationToken cancellationToken)
    {
        await store.NoteAsync(Person, "export", DescribeExport(folder, query, "runs"), cancellationToken).ConfigureAwait(false);
        ParquetExportCount count;
        try
        {
            count = await store.WriteParquetAsync(folder, query, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(
                folder, problem.Message.TrimEnd('.'), "Files that were complete are there; begin again.", problem);
        }

        if (count.Runs == 0)
        {
            output.WriteLine("No run was found, and nothing was written.");
            return 0;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{folder}: {count.Runs} runs in {count.Files} files. Totals count {count.Counted} of them: add up the columns counted_…"));
        error.WriteLine($"tonne: read them in DuckDB with: from read_parquet('{folder}/**/*.parquet', hive_partitioning = true)");
        return 0;
    }

    async Task<int> ExportHourlyAsync(string path, ExportQuery query, CancellationToken cancellationToken)
    {
        await store.NoteAsync(Person, "export", DescribeExport(path, query, "hours"), cancellationToken).ConfigureAwait(false);
        HourlyExportCount count;
        try
        {
            count = await store.WriteHourlyAsync(path, query, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(path, problem.Message.TrimEnd('.'), "No file was replaced; begin again.", problem);
        }

        if (count.Lines == 0)
        {
            output.WriteLine("No energy was found, and nothing was written.");
            return 0;
        }

        // Who writes the file anew as a whole cannot change this line of the database.
        await store.NoteAsync(Person, "export", $"{path} ends with the hash {count.LastHash}", cancellationToken).ConfigureAwait(false);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {count.Lines} lines, {Format(count.KilowattHours, "kWh")} and {Format(count.Kilograms, "kg CO2e")}"));
        output.WriteLine("of facility energy and its operational emissions (location-based).");
        output.WriteLine($"Last hash: {count.LastHash}. It is kept in the audit log, 'tonne fleet audit'.");
        return 0;

        static string Format(double value, string unit) => DisplayValue.Format(new Bounds(value, value, value), unit).Text;
    }

    async Task<int> SetBudgetAsync(Budget budget, CancellationToken cancellationToken)
    {
        await store.SetBudgetAsync(budget, Person, cancellationToken).ConfigureAwait(false);
        BudgetText.Write(output, Check([budget]), new TerminalCapabilities(), isTerminal: false);
        return 0;
    }

    async Task<int> ShowBudgetsAsync(bool isJson, CancellationToken cancellationToken)
    {
        var states = Check(await store.ListBudgetsAsync(cancellationToken).ConfigureAwait(false));
        if (isJson)
            output.WriteLine(BudgetDocument.From(states).ToJson());
        else if (states.Count == 0)
            output.WriteLine("No budgets of this fleet yet. Set one: tonne budget set --account A 50kg/month --database-file FILE");
        else
        {
            BudgetText.Write(output, states, new TerminalCapabilities(), isTerminal: false);
            foreach (var warning in BudgetText.DescribeWarnings(states, "–"))
                output.WriteLine(warning);
        }

        return 0;
    }

    async Task<int> CheckBudgetsAsync(Budget scope, bool isJson, CancellationToken cancellationToken)
    {
        var budgets = await store.ListBudgetsAsync(cancellationToken).ConfigureAwait(false);
        var states = Check(budgets.Where(budget => (scope.Project ?? budget.Project) == budget.Project
            && (scope.Account ?? budget.Account) == budget.Account && (scope.User ?? budget.User) == budget.User));
        if (states.Count == 0)
            throw new FormatException("there is no such budget: 'tonne budget show --database-file FILE' lists them.");
        if (isJson)
            output.WriteLine(BudgetDocument.From(states).ToJson());
        else
        {
            foreach (var state in states)
                output.WriteLine(BudgetText.DescribeUse(state, "–"));
        }

        return states.Any(static state => state.IsExceeded) ? Found : 0;
    }

    async Task<int> RemoveBudgetsAsync(Budget scope, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveBudgetsAsync(scope.Project, scope.Account, scope.User, Person, cancellationToken)
            .ConfigureAwait(false);
        if (removed == 0)
            throw new FormatException("there is no such budget: 'tonne budget show --database-file FILE' lists them.");
        output.WriteLine(removed == 1 ? "1 budget removed." : string.Create(CultureInfo.InvariantCulture, $"{removed} budgets removed."));
        return 0;
    }

    async Task<int> WriteQuotasAsync(string? file, CancellationToken cancellationToken)
    {
        var states = Check(await store.ListBudgetsAsync(cancellationToken).ConfigureAwait(false));
        if (file is not null)
            SlurmQuotas.Write(file, SlurmQuotas.Create(states, time.GetUtcNow()));
        var above = SlurmQuotas.FindExceeded(states);
        foreach (var state in above)
            output.WriteLine(BudgetText.DescribeUse(state, "–"));
        error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tonne: {above.Count} above their quota{(file is null ? "" : $"; written to {file}")}."));
        return 0;
    }

    IReadOnlyList<BudgetState> Check(IEnumerable<Budget> budgets) => BudgetState.Check(budgets, null, time.GetUtcNow(),
        query => store.Total(RequestPerson.TokenHolder, query));

    static string DescribeExport(string place, ExportQuery query, string what)
    {
        var accounts = query.Account is { } account ? $"account {account}" : "all accounts";
        var (since, until) = (Format(query.Since, "the first"), Format(query.Until, "the last"));
        return $"{what} of {accounts}, from {since} until {until}, as {(what == "hours" ? "CSV" : "Parquet")} to {place}";

        static string Format(DateOnly? month, string missing) => month?.ToString("yyyy-MM", CultureInfo.InvariantCulture) ?? missing;
    }

    async Task<int> GrantAsync(Membership membership, CancellationToken cancellationToken)
    {
        await store.GrantAsync(membership, Person, cancellationToken).ConfigureAwait(false);
        output.WriteLine(membership.Account == Membership.AllAccounts
            ? $"{membership.Person} owns the fleet: all runs, and the nodes and their codes."
            : $"{membership.Person} is {EnumWords.Format(membership.Role)} of {Clean(membership.Account)}: its runs, and their own.");
        return 0;
    }

    async Task<int> UngrantAsync(string person, string? account, CancellationToken cancellationToken)
    {
        var ended = (await store.FindMembershipsAsync(person, cancellationToken).ConfigureAwait(false))
            .Where(membership => account is null || membership.Account == account).ToList();
        foreach (var membership in ended)
            await store.UngrantAsync(person, membership.Account, Person, cancellationToken).ConfigureAwait(false);
        if (ended.Count == 0)
            throw new FormatException(account is null ? $"{person} is not a member of any account. 'tonne fleet members' shows all."
                : $"{person} is not a member of {Clean(account)}. 'tonne fleet members --person {person}' shows what they are.");
        var accounts = string.Join(", ", ended.Select(membership => Clean(membership.Account)));
        output.WriteLine($"{person} is no longer of {accounts}. Their own runs they still see.");
        return 0;
    }

    async Task<int> ShowMembersAsync(FleetCommandLine line, CancellationToken cancellationToken)
    {
        // Who has the token of the server is no person that could be changed here.
        var members = (await store.FindMembershipsAsync(line.Person, cancellationToken).ConfigureAwait(false))
            .Where(membership => membership.Person != RequestPerson.TokenHolder
                && (line.Account is null || membership.Account == line.Account))
            .Select(membership => new MembersDocument.MemberPart(membership.Person, membership.Account, EnumWords.Format(membership.Role)))
            .ToList();
        if (line.IsJson)
            output.WriteLine(JsonSerializer.Serialize(new MembersDocument("tonne.members/1", members), FleetJson.Default.MembersDocument));
        else if (members.Count == 0)
            output.WriteLine("No such member. 'tonne fleet grant PERSON --account A --role viewer' makes one.");
        else
            WriteTable([["person", "account", "role"],
                .. members.Select(member => new[] { Clean(member.Person), Clean(member.Account), member.Role })]);
        return 0;
    }

    async Task<int> ShowAuditAsync(FleetCommandLine line, CancellationToken cancellationToken)
    {
        var since = line.AuditSince is { } text ? QueryTime.Parse(text, time.GetUtcNow()) : (DateTimeOffset?)null;
        IReadOnlyList<AuditLine> lines = await store.ReadAuditAsync(since, line.Person, line.Limit, cancellationToken)
            .ConfigureAwait(false);
        if (line.IsJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new AuditDocument("tonne.fleet-audit/1",
                    [.. lines.Select(each => new AuditDocument.LinePart(each.At, each.Who, each.Action, each.Subject))]),
                FleetJson.Default.AuditDocument));
            return 0;
        }

        if (lines.Count == 0)
            output.WriteLine("No such line.");
        foreach (var each in lines)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{each.At:yyyy-MM-dd HH:mm:ss}Z  {Clean(each.Who)}: {Clean(each.Action)} {Clean(each.Subject)}"));
        if (lines.Count == line.Limit)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tonne: the newest {line.Limit} lines; --limit N shows more."));
        return 0;
    }

    /// <summary>Columns as wide as their widest cell.</summary>
    void WriteTable(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => TextSanitizer.CountColumns(row[column])))
            .ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ",
                row.Select((cell, column) => cell + new string(' ', widths[column] - TextSanitizer.CountColumns(cell)))).TrimEnd());
    }

    string FormatAge(DateTimeOffset? at) => at is not { } seen ? "never" : (time.GetUtcNow() - seen) switch
    {
        { TotalMinutes: < 1 } => "now",
        { TotalHours: < 1 } age => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes} min ago"),
        { TotalDays: < 1 } age => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h ago"),
        var age => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays} d ago"),
    };

    static string FormatNumber(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static string Clean(string? text) => text is null ? "" : TextSanitizer.ToOneLine(text);
}
