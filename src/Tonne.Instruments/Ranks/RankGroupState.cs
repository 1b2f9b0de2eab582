namespace Tonne.Instruments.Ranks;

/// <summary>What the ranks of one node have in common, as the recorder writes it for the others.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Home">Folder of the ledger in which the run is stored.</param>
/// <param name="StartTimestamp">Timestamp of the monotonic clock at the start of the run; the same clock for all processes of one boot.</param>
public sealed record RankGroupState(string RunId, string Home, long StartTimestamp);
