namespace Tonne.Instruments.Amd;

/// <summary>Groups devices that are dies of one board, so that energy is counted per board.</summary>
/// <remarks>
/// The two dies of an MI250 appear as two devices, of which the first reports the power of both, and the second 0 or nothing (codecarbon
/// issue 1097;
/// drivers/gpu/drm/amd/pm/swsmu/smu13/aldebaran_ppt.c: valid only from the primary die). They are recognised by what they share: the chip's own number, the board's serial number,
/// or, where neither is reported, by being two halves next to each other of which only the first has power.
/// </remarks>
static class AmdBoards
{
    /// <summary>Dies by board, in the order of the bus.</summary>
    /// <param name="dies">All, in the order of the bus.</param>
    /// <param name="hasPower">Whether a die reports a power above 0.</param>
    internal static List<List<AmdDie>> GroupDies(IReadOnlyList<AmdDie> dies, Func<AmdDie, bool> hasPower)
    {
        var boards = new List<List<AmdDie>>();
        foreach (var die in dies)
        {
            var board = boards.Find(other => AreOne(other, die));
            if (board is null)
                boards.Add([die]);
            else
                board.Add(die);
        }

        return boards;

        bool AreOne(List<AmdDie> board, AmdDie die)
        {
            var first = board[0];
            if (first.UniqueId is not null && first.UniqueId == die.UniqueId)
                return true;
            if (IsSerial(first.Serial) && first.Serial == die.Serial)
                return true;
            return first.IsHalfOfBoard && die.IsHalfOfBoard && board.Count == 1 && IsNext(first, die) && hasPower(first) && !hasPower(die);
        }

        bool IsNext(AmdDie first, AmdDie die)
        {
            for (var i = 1; i < dies.Count; i++)
            {
                if (dies[i] == die)
                    return dies[i - 1] == first;
            }

            return false;
        }
    }

    /// <summary>Blank and zero are not serial numbers.</summary>
    static bool IsSerial(string? text) => text is not null && text.AsSpan().Trim("0 ").Length > 0 && text is not ("N/A" or "Unknown");
}
