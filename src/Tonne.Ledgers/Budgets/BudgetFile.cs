using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Ledgers.Budgets;

/// <summary>The budgets of a ledger: <c>budgets.json</c> in its folder.</summary>
/// <param name="home">The ledger.</param>
public sealed class BudgetFile(LedgerHome home)
{
    const string SchemaName = "tonne.budgets/1";

    /// <summary>The file.</summary>
    public string Location { get; } = Path.Combine(home.Root, "budgets.json");

    /// <summary>Reads the budgets; none if there is no file.</summary>
    /// <exception cref="LedgerUnavailableException">The file cannot be read or understood. It is not changed.</exception>
    public ImmutableArray<Budget> Read()
    {
        if (!File.Exists(Location))
            return [];
        try
        {
            var content = JsonSerializer.Deserialize(File.ReadAllBytes(Location), BudgetJson.Default.Content);
            if (content?.Schema != SchemaName || content.Budgets.IsDefault || content.Budgets.Any(budget =>
                budget?.Limit is not { Value: > 0 and <= double.MaxValue } || !budget.Warnings.All(static share => share is > 0 and <= 10)))
                throw new LedgerUnavailableException(Location, $"is not a file of budgets ({SchemaName})", "Correct it, or move it away and set the budgets again: tonne budget set.");
            return content.Budgets;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new LedgerUnavailableException(Location, $"cannot be understood ({error.Message})", "Correct it, or move it away and set the budgets again: tonne budget set.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(Location, error);
        }
    }

    /// <summary>Sets a budget; one of the same scope and period is replaced.</summary>
    /// <exception cref="LedgerUnavailableException">The file cannot be read or written.</exception>
    public void Set(Budget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        CreateHome();
        using var gate = RunLock.Wait(Location + ".lock");
        Write([.. Read().Where(other => !other.HasSameScope(budget)), budget]);
    }

    /// <summary>Removes the budgets of a scope, whatever their limits and periods.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="LedgerUnavailableException">The file cannot be read or written.</exception>
    public int Remove(string? project, string? account, string? user)
    {
        if (!File.Exists(Location))
            return 0;
        using var gate = RunLock.Wait(Location + ".lock");
        var budgets = Read();
        ImmutableArray<Budget> kept = [.. budgets.Where(budget => (budget.Project, budget.Account, budget.User) != (project, account, user))];
        if (kept.Length < budgets.Length)
            Write(kept);
        return budgets.Length - kept.Length;
    }

    void CreateHome()
    {
        try
        {
            home.Create();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerUnavailableException.FromException(home.Root, error);
        }
    }

    void Write(ImmutableArray<Budget> budgets) =>
        DurableFile.Replace(Location, [.. JsonSerializer.SerializeToUtf8Bytes(new Content(SchemaName, budgets), BudgetJson.Default.Content), (byte)'\n']);

    internal sealed record Content(string Schema, ImmutableArray<Budget> Budgets);
}
