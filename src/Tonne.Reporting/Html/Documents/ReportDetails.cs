namespace Tonne.Reporting.Html.Documents;

/// <summary>What identifies people and machines.</summary>
/// <param name="Command">The command and its arguments, as one line.</param>
/// <param name="User">User; null if unknown.</param>
/// <param name="Node">Name of the machine; null if unknown.</param>
/// <param name="Hardware">Processor and accelerators.</param>
/// <param name="OperatingSystem">Operating system; null if unknown.</param>
/// <param name="Tags">Tags, each <c>name=value</c>.</param>
/// <param name="Notes">Notes of the program.</param>
sealed record ReportDetails(
    string Command, string? User, string? Node, string Hardware, string? OperatingSystem, IReadOnlyList<string> Tags,
    IReadOnlyList<string> Notes);
