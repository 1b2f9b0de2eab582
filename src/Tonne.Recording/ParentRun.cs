namespace Tonne.Recording;

/// <summary>Gives a run that is started inside another one the id of that run, through the environment of the command.</summary>
/// <remarks>
/// A variable may reach processes that the outer run does not measure: on another machine (ssh, srun), or after that run has ended (a server
/// that stays). So the boot of the machine goes with the id, and <see cref="Find"/> wants the socket of the outer run to be there, if it has one.
/// </remarks>
public static class ParentRun
{
    /// <summary>The environment variable with the id of the run.</summary>
    public const string IdVariable = "TONNE_RUN_ID";

    /// <summary>The environment variable with the boot of the machine that measures the run.</summary>
    public const string BootVariable = "TONNE_RUN_BOOT";

    /// <summary>The environment variable with the path of the socket to which marks are sent; absent if the run takes none.</summary>
    public const string SocketVariable = "TONNE_RUN";

    /// <summary>Variables by which runs inside a run know it.</summary>
    /// <param name="run">The outer run.</param>
    public static IReadOnlyDictionary<string, string> CreateVariables(RecordedRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new Dictionary<string, string> { [IdVariable] = run.Id, [BootVariable] = run.Opening.Holder.BootId };
    }

    /// <summary>Id of the run inside which this process runs; null if there is none.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <param name="bootId">The boot of this machine.</param>
    public static string? Find(Func<string, string?> getVariable, string bootId)
    {
        ArgumentNullException.ThrowIfNull(getVariable);
        if (getVariable(IdVariable) is not { } id || !RunId.IsValid(id) || getVariable(BootVariable) != bootId)
            return null;
        return getVariable(SocketVariable) is not { Length: > 0 } socket || File.Exists(socket) ? id : null;
    }
}
