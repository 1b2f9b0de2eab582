namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Texts of <see cref="DropReason"/>, as in the attribute <c>tonne.reason</c>.</summary>
static class DropReasons
{
    /// <summary>All reasons.</summary>
    public static IReadOnlyList<DropReason> All { get; } = Enum.GetValues<DropReason>();

    /// <summary>The value of the attribute.</summary>
    public static string GetText(DropReason reason) => reason switch
    {
        DropReason.QueueFull => "queue_full",
        DropReason.Refused => "refused",
        DropReason.Shutdown => "shutdown",
        _ => "duplicate",
    };
}
