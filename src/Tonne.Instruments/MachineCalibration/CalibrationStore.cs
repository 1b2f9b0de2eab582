using System.Text.Json;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>The file that keeps calibrations, newest last: of every machine that shares it, and none is ever lost.</summary>
/// <remarks>Schema <c>tonne.calibrations/1</c>. Replaced as a whole by a rename.</remarks>
public static class CalibrationStore
{
    const string Schema = "tonne.calibrations/1";

    /// <summary>The calibrations of a file; none if there is no file.</summary>
    /// <exception cref="FormatException">The file is not a file of calibrations; the message names it.</exception>
    public static IReadOnlyList<Calibration> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), CalibrationJson.Default.CalibrationFile);
            if (file is not { Schema: Schema, Calibrations: { } all } || all.Any(one => one is not { Id.Length: > 0, Machine: { Cpu: not null, Gpus: not null, Threads: > 0 }, Meter: not null, Idle.Best: > 0, Blocks: not null } || one.Full.Best <= one.Idle.Best))
                throw new FormatException($"{path} is not a file of calibrations ({Schema}). Move it away and calibrate again: tonne calibrate");
            return all;
        }
        catch (Exception error) when (error is JsonException or ArgumentOutOfRangeException)
        {
            throw new FormatException($"{path} is not a file of calibrations: {error.Message} Move it away and calibrate again: tonne calibrate", error);
        }
    }

    /// <summary>Adds a calibration after those that are there.</summary>
    /// <exception cref="FormatException">The existing file is not a file of calibrations; it is not changed.</exception>
    public static void Add(string path, Calibration calibration)
    {
        var all = new CalibrationFile(Schema, [.. Read(path), calibration]);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        var beside = $"{path}.{Guid.NewGuid():N}.new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(all, CalibrationJson.Default.CalibrationFile));
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The newest calibration of a machine; null if there is none.</summary>
    /// <param name="calibrations">All that are known, newest last.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="warning">Said if there are some, and all of other machines.</param>
    public static Calibration? FindFor(IReadOnlyList<Calibration> calibrations, Machine machine, out Warning? warning)
    {
        warning = null;
        for (var i = calibrations.Count - 1; i >= 0; i--)
        {
            if (calibrations[i].Machine.DescribeDifference(machine) is null)
                return calibrations[i];
        }

        if (calibrations is [.., var newest])
        {
            warning = new Warning(
                "calibration-of-another-machine",
                $"The {newest.FormatTitle("a machine")} is of another: {newest.Machine.DescribeDifference(machine)}. It was not used.",
                "Run 'tonne calibrate' on this machine.");
        }

        return null;
    }
}
