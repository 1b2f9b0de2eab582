using System.Text.Json;
using Tonne.Cli.Wrapping.Native;
using Tonne.Instruments.PowerLimits;

namespace Tonne.Cli.PowerLimits;

/// <summary>The file with what a bench of power limits has found, in the folder of the ledger; there is one only while limits are
/// changed.</summary>
/// <remarks>Its name has that of the machine, because several machines may share a ledger.</remarks>
/// <param name="home">Folder of the ledger.</param>
sealed class PowerLimitFile(string home)
{
    const int LockTries = 40;
    const int MillisecondsBetweenTries = 50;

    /// <summary>The command that restores what is left.</summary>
    internal const string RestoreCommand = "tonne bench --restore-limits";

    /// <summary>The path.</summary>
    internal string Location => Path.Combine(home, Name + ".json");

    string LockLocation => Path.Combine(home, Name + ".lock");

    static string Name => "power-limits-"
        + string.Concat(Environment.MachineName.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));

    /// <summary>Reads the file; null if there is none.</summary>
    /// <exception cref="PowerLimitException">It cannot be read, or is no such file.</exception>
    internal PowerLimitRecord? Read()
    {
        try
        {
            return !File.Exists(Location) ? null
                : JsonSerializer.Deserialize(File.ReadAllBytes(Location),
                    PowerLimitJson.Default.PowerLimitRecord) is { Schema: PowerLimitRecord.CurrentSchema } record ? record
                : throw new JsonException("another schema");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PowerLimitException($"the power limits that a bench has found cannot be read from {Location} "
                + $"({error.Message.TrimEnd('.')}). See that the limits are right, and delete the file.");
        }
    }

    /// <summary>Writes the file so that it is whole or not there, even if the machine stops.</summary>
    /// <exception cref="PowerLimitException">It cannot be written.</exception>
    internal void Write(PowerLimitRecord record)
    {
        var beside = Location + ".new";
        try
        {
            File.Delete(beside);
            using (var stream = Create(beside, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(stream, record, PowerLimitJson.Default.PowerLimitRecord);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, Location, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PowerLimitException($"what the limits are now cannot be kept in {Location} ({error.Message.TrimEnd('.')}), so none "
                + "is changed.");
        }
    }

    /// <summary>Removes the file: all is restored.</summary>
    internal void Delete()
    {
        try
        {
            File.Delete(Location);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next bench finds that nothing is left to restore.
        }
    }

    /// <summary>Takes the right to change limits. Who has been killed loses it when its guardian has restored the limits.</summary>
    /// <exception cref="PowerLimitException">Another bench has it, or the folder cannot be written.</exception>
    internal unsafe FileStream Lock()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(home);
                else
                    Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return Create(LockLocation, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            }
            catch (UnauthorizedAccessException error)
            {
                throw new PowerLimitException($"what the limits are now cannot be kept in {home} ({error.Message.TrimEnd('.')}), so none "
                    + "is changed.");
            }
            catch (IOException error) when (tries == LockTries)
            {
                throw new PowerLimitException($"another bench changes power limits "
                    + $"now{(Read() is { } other ? $" (process {other.ProcessId}, since {other.Since:yyyy-MM-dd HH:mm} UTC)" : "")}; wait "
                    + $"for its end ({error.Message.TrimEnd('.')}).");
            }
            catch (IOException)
            {
                _ = Libc.Poll(null, 0, MillisecondsBetweenTries);
            }
        }
    }

    /// <summary>What a bench has left, in a sentence; null if none has, or it still runs.</summary>
    internal string? DescribeLeft()
    {
        if (!File.Exists(Location))
            return null;
        try
        {
            using var free = Create(LockLocation, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            return Read() is { } record
                ? $"a bench was killed before it could restore power limits ({record.Describe()}). To restore them: {RestoreCommand}"
                    : null;
        }
        catch (PowerLimitException error)
        {
            return error.Message;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is in use: the bench or its guardian will restore them.
            return null;
        }
    }

    /// <summary>Opens a file for its owner only, with the lock that the base library takes of a file that is not shared.</summary>
    static FileStream Create(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
