using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tonne.Trials.Wrapping;

/// <summary>A person at a terminal, played by `terminal.py`.</summary>
static class Terminal
{
    internal static async Task<Session> Play(string[] command, params object[][] steps)
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is missing (apt-get install python3)");
        var task = JsonSerializer.SerializeToUtf8Bytes(new { command, rows = 31, columns = 101, steps });
        var player = await Outcome.Of([Python, Path.Combine(AppContext.BaseDirectory, "Wrapping", "terminal.py")], task);
        Assert.True(player.Code == 0, player.ErrorText);
        var session = JsonSerializer.Deserialize<Session>(player.Output)!;
        Assert.True(session.Missed is null, $"waited in vain for '{session.Missed}'; seen: {session.Screen}");
        return session;
    }

    internal const string Python = "/usr/bin/python3";

    internal static object[] Expect(string text) => ["expect", text];

    internal static object[] Type(string text) => ["send", text];

    internal static object[] Resize(int rows, int columns) => ["size", rows, columns];

    internal const string ControlC = "\u0003";
    internal const string ControlZ = "\u001a";

    internal sealed record Session(
        [property: JsonPropertyName("screen")] string Hex,
        [property: JsonPropertyName("status")] int Status,
        [property: JsonPropertyName("missed")] string? Missed)
    {
        internal string Screen => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(Hex));
    }
}
