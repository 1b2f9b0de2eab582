namespace Tonne.Lab.Collecting;

/// <summary>A record of a table file as read: cells, or the reason why there are none.</summary>
readonly record struct TableRecord(long Line, string[] Cells, RejectionReason? Problem = null, string Detail = "");
