using Tonne.Tests.Architecture;

namespace Tonne.Estimation.Tests.Serving;

/// <summary>
/// The measurements that calibrate serving: ML.ENERGY leaderboard v2 and Benchmark v3 (Apache-2.0), energy of the accelerators alone, with
/// layers, attention cache and experts from the published configuration of each model.
/// </summary>
static class SharedMeasurements
{
    public static string Folder => Path.Combine(Repository.Root, "tests", "Tonne.Estimation.Tests", "Serving");

    public static byte[] ReadBytes() => File.ReadAllBytes(Path.Combine(Folder, "inference_measured.csv"));

    public static string ReadText() => File.ReadAllText(Path.Combine(Folder, "inference_measured.csv"));
}
