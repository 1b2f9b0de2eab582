namespace Tonne.Cli.Running;

/// <summary>Names of new runs.</summary>
static class RunNames
{
    /// <summary>
    /// Names a run by the script of an interpreter, otherwise by the program: <c>python train.py --epochs 3</c> → <c>train</c>.
    /// </summary>
    public static string FromCommand(IReadOnlyList<string> command)
    {
        var words = command.Select(word => Path.GetFileName(word)).ToList();
        var script = words.Skip(1).FirstOrDefault(word => Path.GetExtension(word) is ".py" or ".sh" or ".jl" or ".r" or ".R" or ".js" or ".dll" or ".rb" or ".pl");
        var module = command.Count > 2 && command[1] == "-m" ? command[2] : null;
        var name = module ?? Path.GetFileNameWithoutExtension(script ?? words[0]);
        return name.Length > 0 ? name : "run";
    }
}
