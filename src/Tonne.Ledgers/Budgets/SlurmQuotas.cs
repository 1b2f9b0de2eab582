using System.Globalization;
using System.Text;
using Tonne.Formatting;

namespace Tonne.Ledgers.Budgets;

/// <summary>The accounts and users of Slurm that have used more than their budget, as the small file that <c>job_submit.lua</c>
/// reads.</summary>
/// <remarks>
/// Format <c>tonne.slurm-quotas/1</c>: a line with the name of the format; one with the time of writing; the names of the columns; a row
/// for each budget that is exceeded, with tabs between: account and user (empty for any), used, limit, and when the period ends, s since
/// 1970; <c># end</c>.
/// </remarks>
public static class SlurmQuotas
{
    /// <summary>Name of the format: the first line.</summary>
    public const string Format = "# tonne.slurm-quotas/1";

    /// <summary>Where it is by default.</summary>
    public const string DefaultPath = "/run/tonne/quotas.tsv";

    /// <summary>The budgets that are quotas of Slurm and are exceeded: those of an account, a user or both, and of no project, which
    /// Slurm does not know.</summary>
    /// <param name="states">Budgets and what is used of them.</param>
    public static IReadOnlyList<BudgetState> FindExceeded(IEnumerable<BudgetState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return
        [
            .. states.Where(static state => state is { IsExceeded: true, Budget.Project: null }
                && (state.Budget.Account ?? state.Budget.User) is not null
                && IsName(state.Budget.Account) && IsName(state.Budget.User))
                .OrderBy(static state => state.Budget.Account, StringComparer.Ordinal).ThenBy(static state => state.Budget.User,
                    StringComparer.Ordinal)
                .ThenBy(static state => state.End),
        ];
    }

    /// <summary>The text of the file.</summary>
    /// <param name="states">Budgets and what is used of them.</param>
    /// <param name="now">When it is written.</param>
    public static string Create(IEnumerable<BudgetState> states, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Format}\n# written={now.ToUnixTimeSeconds()}\naccount\tuser\tused\tlimit\tresets\n");
        foreach (var state in FindExceeded(states))
        {
            var (budget, unit) = (state.Budget, state.Budget.Limit.Unit);
            var period = budget.Period == BudgetPeriod.Total ? "" : "/" + budget.Period.ToString().ToLowerInvariant();
            var used = DisplayValue.Format(state.Used.Best, unit);
            text.Append(CultureInfo.InvariantCulture,
                $"{budget.Account}\t{budget.User}\t{used}\t{budget.Limit}{period}\t{state.End?.ToUnixTimeSeconds() ?? 0}\n");
        }

        return text.Append("# end\n").ToString();
    }

    /// <summary>Writes or replaces the file: a reader sees the old one or the new one, and everybody may read it.</summary>
    /// <param name="path">The file; its folder is made if it is missing.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="LedgerUnavailableException">It cannot be written; the old one stays.</exception>
    public static void Write(string path, string text)
    {
        var part = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.part");
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
                File.SetUnixFileMode(part, UnixFileMode.UserWrite | readable);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(path, error);
        }
    }

    // What would end a cell of the file is in no name of Slurm.
    static bool IsName(string? name) => name is null || (name.Length > 0 && !name.Any(char.IsControl));
}
