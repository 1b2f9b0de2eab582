using System.Globalization;
using Tonne.Catalogs;

namespace Tonne.Hardware;

/// <summary>The profiles of multi-instance GPUs (MIG), and accelerators with a slice in their name.</summary>
static class MigProfileTable
{
    const string Table = "mig_profiles.csv";

    static readonly Lazy<Dictionary<string, List<Profile>>> ByBoard = new(Read);

    /// <summary>The accelerator that a name stands for, or its slice if the name has one.</summary>
    public static LookupResult<Accelerator> Find(string name)
    {
        if (AcceleratorName.FindSlice(name) is not { } slice)
            return AcceleratorCatalog.Find(name);
        if (slice.Board.Length == 0)
            return Refuse(name, "the board is missing: write it before the profile, as in H100 1g.10gb");
        var found = AcceleratorCatalog.Find(slice.Board);
        if (slice.Profile is not { } profile)
            return found.IsFound ? Refuse(name, $"the profile of the slice is missing; {Describe(found.Value)}") : found;
        // "A100" means the board of 80 GB; with a profile that only boards of 40 GB have, it means those.
        List<Accelerator> boards = found.IsFound && HasProfile(found.Value, profile) ? [found.Value]
            : [.. AcceleratorCatalog.FindPossible(slice.Board).Where(board => HasProfile(board, profile))];
        if (boards.Count > 1 && found.IsFound)
        {
            var forms = AcceleratorName.Parse(found.Value.Name).Forms;
            boards = boards.FindAll(board => AcceleratorName.Parse(board.Name).Forms.Any(forms.Contains)) is { Count: 1 } same ? same : boards;
        }

        return boards switch
        {
            [var only] => Create(only, profile, slice.ComputeSlices),
            [] when !found.IsFound => found,
            [] => Refuse(name, Describe(found.Value!)),
            _ => new UnknownName("accelerator", name, Ambiguous: true, [.. boards.Select(board => $"{board.Name} {profile}")]),
        };
    }

    static UnknownName Refuse(string name, string hint) => new("MIG slice", name, Ambiguous: false, []) { Hint = hint };

    static string Describe(Accelerator board) => ByBoard.Value.TryGetValue(board.Name, out var profiles)
        ? $"{board.Name} has {string.Join(", ", profiles.Select(profile => profile.Name))}"
        : $"no MIG profiles of {board.Name} are published; name the whole board instead, as in --hardware \"{board.Name}\"";

    static bool HasProfile(Accelerator board, string profile) => FindProfile(board, profile) is not null;

    static Profile? FindProfile(Accelerator board, string profile) => ByBoard.Value.TryGetValue(board.Name, out var profiles)
        ? profiles.Find(one => string.Equals(one.Name, profile, StringComparison.Ordinal))
        : null;

    static LookupResult<Accelerator> Create(Accelerator board, string name, int? computeSlices)
    {
        var profile = FindProfile(board, name)!;
        // A compute instance has a part of the compute slices of its GPU instance. It can use all of its memory, whose bandwidth it
        // shares with the others.
        var slices = computeSlices ?? profile.ComputeSlices;
        if (slices > profile.ComputeSlices)
            return Refuse($"{slices}c.{name}", $"{name} has {profile.ComputeSlices} compute slices");
        var full = slices == profile.ComputeSlices ? name : string.Create(CultureInfo.InvariantCulture, $"{slices}c.{name}");
        return new AcceleratorSlice(
            board, full, slices / (double)profile.BoardComputeSlices,
            profile.MemorySlices / (double)profile.BoardMemorySlices * slices / profile.ComputeSlices, profile.Source)
            .CreateAccelerator(profile.MemoryGigabytes);
    }

    static Dictionary<string, List<Profile>> Read()
    {
        var all = new Dictionary<string, List<Profile>>(StringComparer.Ordinal);
        var known = AcceleratorCatalog.All.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table),
            "accelerator,profile,compute_slices,compute_slices_of_board,memory_slices,memory_slices_of_board,source");
        while (rows.Read())
        {
            var (board, name) = (rows.GetText(0), rows.GetText(1));
            if (!known.Contains(board))
                throw rows.CreateFormatException($"{board} is not in the table of accelerators");
            if (AcceleratorName.FindSlice(name) is not { Board: "", ComputeSlices: null, MemoryGigabytes: { } gigabytes })
                throw rows.CreateFormatException($"the profile {name} must be like 1g.10gb");
            if (!all.TryGetValue(board, out var profiles))
                all.Add(board, profiles = []);
            var profile = new Profile(
                name, rows.GetInteger(2), rows.GetInteger(3), rows.GetInteger(4), rows.GetInteger(5), gigabytes, SourceList.Find(rows.GetText(6)));
            if (!(profile.ComputeSlices >= 1 && profile.ComputeSlices <= profile.BoardComputeSlices
                && profile.MemorySlices >= 1 && profile.MemorySlices <= profile.BoardMemorySlices))
                throw rows.CreateFormatException("slices must be at least 1, and no more than those of the board");
            if (profiles.Exists(other => string.Equals(other.Name, name, StringComparison.Ordinal)))
                throw rows.CreateFormatException($"{board} has the profile {name} twice");
            profiles.Add(profile);
        }

        return all;
    }

    sealed record Profile(
        string Name, int ComputeSlices, int BoardComputeSlices, int MemorySlices, int BoardMemorySlices, double MemoryGigabytes,
        Quantities.Source Source);
}
