namespace Tonne.Ledgers.PostgreSql.Tests.Server;

/// <summary>A clock moved by hand, whose timers run: what waits before it tries again does not wait for the test.</summary>
public sealed class StandingTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2025, 12, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
