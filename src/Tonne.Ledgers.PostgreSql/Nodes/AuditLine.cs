namespace Tonne.Ledgers.PostgreSql.Nodes;

/// <summary>A line of the audit log: who did what, when.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Who">Who: <c>person ada from 10.1.2.3</c>, <c>token from 10.1.2.3</c>, a user of the database's machine, or a
/// node.</param>
/// <param name="Action">What was done, for example <c>read</c>.</param>
/// <param name="Subject">To what.</param>
public sealed record AuditLine(DateTimeOffset At, string Who, string Action, string Subject);
