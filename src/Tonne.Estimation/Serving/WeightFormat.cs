using Tonne.Catalogs;
using Tonne.Hardware;

namespace Tonne.Estimation.Serving;

/// <summary>A number format of weights: bytes per parameter, and the peak rate that applies to its arithmetic.</summary>
/// <param name="Name">Usual name, for example <c>bf16</c>.</param>
/// <param name="BytesPerParameter">Bytes a parameter takes in memory, scales of blocks included.</param>
public sealed record WeightFormat(string Name, double BytesPerParameter)
{
    /// <summary>The formats known. MXFP4: 4 bits and an 8-bit scale for each 32 values (OCP Microscaling 1.0), which makes 0.53 bytes.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } =
    [
        new("bf16", 2), new("fp16", 2), new("fp32", 4), new("fp8", 1), new("int8", 1), new("mxfp4", 17d / 32), new("int4", 0.5),
    ];

    /// <summary>Two bytes: the default.</summary>
    public static WeightFormat Bf16 => All[0];

    /// <summary>Whether weights take one byte.</summary>
    internal bool IsEightBit => BytesPerParameter == 1;

    /// <summary>The format that a name stands for: <c>bf16</c>, <c>bfloat16</c>, <c>16-bit</c>, <c>FP8</c>, <c>int8</c>, <c>mxfp4</c>, <c>int4</c>.</summary>
    public static LookupResult<WeightFormat> Find(string name)
    {
        var key = NameMatching.ToKey(name) switch
        {
            "bfloat16" or "16bit" or "16" => "bf16",
            "float16" or "half" => "fp16",
            "float32" or "32bit" or "single" => "fp32",
            "float8" or "fp8e4m3" => "fp8",
            "8bit" => "int8",
            "fp4" or "nvfp4" => "mxfp4",
            "4bit" or "awq" or "gptq" => "int4",
            var other => other,
        };
        return All.FirstOrDefault(format => format.Name == key) is { } found ? found
            : new UnknownName("precision", name, Ambiguous: false, NameMatching.FindNearest(name, All.Select(format => (format.Name, format.Name))) is { Count: > 0 } near ? near : [.. All.Select(format => format.Name)]);
    }

    /// <summary>Peak of the arithmetic in 10^12 operations/s on an accelerator; null if its data sheet has none.</summary>
    /// <remarks>
    /// Eight bits run at the eight-bit rate where the matrix units have one. Four-bit weights are multiplied with eight-bit activations where the matrix units know them (Blackwell, CDNA 4), else unpacked to sixteen.
    /// </remarks>
    public double? FindPeakTeraflops(Accelerator accelerator, AcceleratorDatasheet peaks)
    {
        var sixteen = peaks.Dense16BitTeraflops ?? peaks.Vector16BitTeraflops ?? peaks.Fp32Teraflops;
        // Data sheets of 2022 and later that print only int8 have fp8 at the same rate.
        var eight = Math.Max(sixteen ?? 0, peaks.Fp8Teraflops ?? (accelerator.Year >= 2022 ? peaks.Int8Teraops : null) ?? 0);
        return Name switch
        {
            "fp32" => peaks.Fp32Teraflops ?? sixteen,
            "fp8" => eight > 0 ? eight : null,
            "int8" => Math.Max(sixteen ?? 0, peaks.Int8Teraops ?? 0) is > 0 and var int8 ? int8 : null,
            "mxfp4" when AcceleratorGenerationLookup.GetGeneration(accelerator) == AcceleratorGeneration.Blackwell || accelerator.Name.Contains("MI35", StringComparison.Ordinal) => eight > 0 ? eight : null,
            _ => sixteen,
        };
    }
}
