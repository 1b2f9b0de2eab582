using Tonne.Tests.Architecture;

namespace Tonne.Estimation.Tests.Serving;

/// <summary>Measurements that may calibrate but not ship: beside the source tree where they are at all.</summary>
static class SharedMeasurements
{
    static string File => Path.Combine(Repository.Root, "..", "shared", "data", "estimation", "inference_measured.csv");

    /// <summary>The bytes of the file; the test is skipped where it is absent.</summary>
    public static byte[] Require()
    {
        Assert.SkipUnless(System.IO.File.Exists(File), "the measurements that calibrate may not ship and are not here");
        return System.IO.File.ReadAllBytes(File);
    }
}
