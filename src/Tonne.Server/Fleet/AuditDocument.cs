namespace Tonne.Server.Fleet;

/// <summary>Lines of the audit log, schema <c>tonne.fleet-audit/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Lines">The lines, oldest first.</param>
sealed record AuditDocument(string Schema, IReadOnlyList<AuditDocument.LinePart> Lines)
{
    /// <summary>Who did what to what, and when (UTC).</summary>
    public sealed record LinePart(DateTimeOffset At, string Who, string Action, string Subject);
}
