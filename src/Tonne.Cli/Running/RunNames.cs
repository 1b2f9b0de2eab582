using System.Globalization;
using System.Security.Cryptography;

namespace Tonne.Cli.Running;

/// <summary>Ids and names of new runs.</summary>
static class RunNames
{
    /// <summary>UTC date and time and six random digits, so that ids sort by time and never meet: <c>20261122-054210-4f2a9c</c>.</summary>
    public static string CreateId(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    /// <summary>The script of an interpreter, else the program: <c>python train.py --epochs 3</c> → <c>train</c>.</summary>
    public static string FromCommand(IReadOnlyList<string> command)
    {
        var words = command.Select(word => Path.GetFileName(word)).ToList();
        var script = words.Skip(1).FirstOrDefault(word => Path.GetExtension(word) is ".py" or ".sh" or ".jl" or ".r" or ".R" or ".js" or ".dll" or ".rb" or ".pl");
        var module = command.Count > 2 && command[1] == "-m" ? command[2] : null;
        var name = module ?? Path.GetFileNameWithoutExtension(script ?? words[0]);
        return name.Length > 0 ? name : "run";
    }
}
