using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>Chooses the quantization step for the inputs of each layer, from the activations of some examples.</summary>
/// <remarks>
/// A step s covers −127·s to 127·s. Numbers inside are rounded, with a mean square error of s²/12; those outside are clipped. Of 96 limits,
/// from the largest number downwards, the one with the least mean square error is used (as in Sung, Shin and Hwang, Resiliency of Deep
/// Neural Networks under Quantization, 2015).
/// </remarks>
static unsafe class ActivationCalibrator
{
    const int MaxRows = 1024;
    const int Bins = 4096;

    internal static float[] CalibrateSteps(Network network, IExamples calibration)
    {
        var shape = network.Shape;
        if (calibration.Count == 0)
            throw new InvalidExamplesException("There are no rows to calibrate on.");
        if (calibration.Width != shape.Inputs)
            throw new InvalidExamplesException($"The rows to calibrate on are {calibration.Width} wide, the network takes {shape.Inputs}.");
        var rows = Math.Min(MaxRows, calibration.Count);
        var (xStep, hStep) = (Network.GetRowStride(shape.Inputs), Network.GetRowStride(shape.Width));
        var x = new AlignedBuffer((long)rows * xStep);
        var h = new AlignedBuffer((long)rows * hStep);
        var norm = new AlignedBuffer((long)rows * hStep);
        var z = new AlignedBuffer((long)rows * Network.GetRowStride(network.GetPackedWeight(1).PaddedColumns));
        var steps = new float[shape.Layers + 1];
        for (var row = 0; row < rows; row++)
        {
            // Rows are taken at equal distances, because they may be in the order of their classes.
            var at = (int)((long)row * calibration.Count / rows);
            calibration.CopyRow(at, x.Values.Slice(row * xStep, shape.Inputs));
            if (!RowArithmetic.Scale(x.Start + (nint)row * xStep, shape.Inputs, network.InputScale))
                throw InvalidExamplesException.CreateNotFinite(calibration, at);
        }

        for (var layer = 1; layer <= shape.Layers + 1; layer++)
        {
            var (input, step, width) = layer == 1 ? (x, xStep, shape.Inputs) : (norm, hStep, shape.Width);
            if (layer > 1)
            {
                for (var row = 0; row < rows; row++)
                    RowArithmetic.Normalize(h.Start + (nint)row * hStep, norm.Start + (nint)row * hStep, shape.Width);
            }

            steps[layer - 1] = FindBestStep(input.Values, step, width, rows);
            if (layer > shape.Layers)
                break;
            var weight = network.GetPackedWeight(layer);
            var zStep = Network.GetRowStride(weight.PaddedColumns);
            weight.Multiply(input.Start, step, rows, z.Start, zStep);
            for (var row = 0; row < rows; row++)
                RowArithmetic.Activate(z.Start + (nint)row * zStep, network.GetPaddedBias(layer).Start, h.Start + (nint)row * hStep, shape.Width, add: layer > 1, activationMask: null);
        }

        return steps;
    }

    /// <summary>The step with the least mean square error.</summary>
    /// <param name="numbers">Rows.</param>
    /// <param name="rowStep">Numbers from a row to the next.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="rows">Number of rows.</param>
    internal static float FindBestStep(ReadOnlySpan<float> numbers, int rowStep, int width, int rows)
    {
        var greatest = 0f;
        for (var row = 0; row < rows; row++)
        {
            foreach (var number in numbers.Slice(row * rowStep, width))
                greatest = MathF.Max(greatest, MathF.Abs(number));
        }

        if (greatest == 0)
            return 1;
        var counts = new long[Bins];
        for (var row = 0; row < rows; row++)
        {
            foreach (var number in numbers.Slice(row * rowStep, width))
                counts[Math.Min(Bins - 1, (int)(MathF.Abs(number) / greatest * Bins))]++;
        }

        var (best, least) = (greatest, double.MaxValue);
        for (var end = 96; end > 0; end--)
        {
            double limit = greatest * (end / 96.0), error = 0;
            for (var bin = 0; bin < Bins; bin++)
            {
                var beyond = (bin + 0.5) * greatest / Bins - limit;
                error += counts[bin] * (beyond > 0 ? beyond * beyond : limit / 127 * (limit / 127) / 12);
            }

            if (error < least)
                (best, least) = ((float)limit, error);
        }

        return best / 127;
    }
}
