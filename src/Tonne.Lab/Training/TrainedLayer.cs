using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>A dense layer during training: its weights in the layouts of the forward and backward products, and Adam's moments.</summary>
sealed unsafe class TrainedLayer
{
    readonly TileKernel _kernel;
    readonly PackedMatrix _first;
    readonly PackedMatrix _second;
    readonly AlignedBuffer _biasFirst;
    readonly AlignedBuffer _biasSecond;

    /// <summary>Creates a layer.</summary>
    /// <param name="kernel">The kernel, which determines the layout of panels.</param>
    /// <param name="inputs">Numbers in.</param>
    /// <param name="outputs">Numbers out.</param>
    /// <param name="isFirst">Whether no layer with a gradient precedes it.</param>
    internal TrainedLayer(TileKernel kernel, int inputs, int outputs, bool isFirst)
    {
        _kernel = kernel;
        Weight = new PackedMatrix(kernel, inputs, outputs);
        Transposed = isFirst ? null : new PackedMatrix(kernel, outputs, inputs);
        _first = new PackedMatrix(kernel, inputs, outputs);
        _second = new PackedMatrix(kernel, inputs, outputs);
        Bias = new AlignedBuffer(Network.GetRowStride(Weight.PaddedColumns));
        _biasFirst = new AlignedBuffer(Bias.Length);
        _biasSecond = new AlignedBuffer(Bias.Length);
    }

    /// <summary>[in, out], for the forward product.</summary>
    internal PackedMatrix Weight { get; }

    /// <summary>[out, in], for the backward product; none for the first layer.</summary>
    internal PackedMatrix? Transposed { get; }

    /// <summary>[out], padded with zeros.</summary>
    internal AlignedBuffer Bias { get; }

    internal int Inputs => Weight.Rows;

    internal int Outputs => Weight.Columns;

    internal void Load(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        Weight.Fill(weight);
        Transposed?.Fill(weight, transposed: true);
        bias.CopyTo(Bias.Values);
    }

    /// <summary>Sets Adam's moments: of the weights [in, out], of the bias [out].</summary>
    internal void LoadMoments(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> biasFirst, ReadOnlySpan<float> biasSecond)
    {
        _first.Fill(first);
        _second.Fill(second);
        biasFirst.CopyTo(_biasFirst.Values);
        biasSecond.CopyTo(_biasSecond.Values);
    }

    /// <summary>Adam's moments: of the weights [in, out], of the bias [out].</summary>
    internal (float[] First, float[] Second, float[] BiasFirst, float[] BiasSecond) GetMoments() =>
        (_first.ToArray(), _second.ToArray(), [.. _biasFirst.Values[..Outputs]], [.. _biasSecond.Values[..Outputs]]);

    internal (float[] Weight, float[] Bias) GetValues() => (Weight.ToArray(), [.. Bias.Values[..Outputs]]);

    /// <summary>Computes the gradient of a panel of weights, xᵀ · dz, tile by tile, and applies it while it is in the cache.</summary>
    /// <param name="panel">Number of the panel.</param>
    /// <param name="x">Inputs of the layer, [rows, inputs].</param>
    /// <param name="xStep">Numbers from a row to the next.</param>
    /// <param name="dz">Gradient of the outputs before the activation, [rows, outputs].</param>
    /// <param name="dzStep">Numbers from a row to the next.</param>
    /// <param name="rows">Rows of the mini-batch.</param>
    /// <param name="step">The step of Adam that applies the gradient.</param>
    /// <param name="scratch">Memory for rows + a tile's rows + 1 rows of a tile.</param>
    /// <param name="gradient">Receives gradients instead of applying them, [inputs + 1, outputs], the bias last; or null.</param>
    internal void Update(int panel, float* x, nint xStep, float* dz, nint dzStep, int rows, in AdamStep step, float* scratch, float* gradient = null)
    {
        var width = _kernel.Columns;
        var column = panel * width;
        var tile = scratch + rows * width;
        var sums = tile + _kernel.Rows * width;
        RowArithmetic.CopyColumns(dz + column, dzStep, rows, width, scratch, sums);
        var columns = Math.Min(width, Outputs - column);
        if (gradient is not null)
            new ReadOnlySpan<float>(sums, columns).CopyTo(new Span<float>(gradient + (nint)Inputs * Outputs + column, columns));
        else
            step.Apply(Bias.Start + column, sums, _biasFirst.Start + column, _biasSecond.Start + column, width, decay: false);
        for (var input = 0; input < Inputs; input += _kernel.Rows)
        {
            var count = Math.Min(_kernel.Rows, Inputs - input);
            _kernel.Run(x + input, 1, xStep, scratch, width, rows, tile, width, count, add: false);
            if (gradient is not null)
            {
                for (var index = 0; index < count; index++)
                    new ReadOnlySpan<float>(tile + index * width, columns).CopyTo(new Span<float>(gradient + (nint)(input + index) * Outputs + column, columns));
                continue;
            }

            var at = (nint)panel * Inputs * width + (nint)input * width;
            var weights = Weight.GetPanel(0) + at;
            step.Apply(weights, tile, _first.GetPanel(0) + at, _second.GetPanel(0) + at, count * width, decay: true);
            Transposed?.StoreTransposed(weights, width, column, columns, input, count);
        }
    }
}
