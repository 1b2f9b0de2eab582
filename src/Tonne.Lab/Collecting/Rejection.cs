namespace Tonne.Lab.Collecting;

/// <summary>A row that could not be read.</summary>
/// <param name="Reason">Why.</param>
/// <param name="File">File of the row.</param>
/// <param name="Line">Line of the file, from 1; 0 if the whole file is the row.</param>
/// <param name="Detail">What was found, for example the column and the cell.</param>
public sealed record Rejection(RejectionReason Reason, string File, long Line, string Detail)
{
    /// <summary>For example <c>rows.csv, line 7: NotANumber, width is "NaN"</c>.</summary>
    public override string ToString() => (Line > 0 ? $"{File}, line {Line}: " : $"{File}: ") + Reason + (Detail.Length > 0 ? ", " + Detail : "");
}
