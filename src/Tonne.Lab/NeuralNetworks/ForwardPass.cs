using System.Collections.Immutable;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>The computation of some rows through a network.</summary>
sealed unsafe class ForwardPass : RowPass
{
    readonly Network _network;
    readonly AlignedBuffer _x;
    readonly AlignedBuffer _h;
    readonly AlignedBuffer _norm;
    readonly AlignedBuffer _z;
    readonly double[] _logarithms;
    readonly float[] _logits;
    readonly int _xStep;
    readonly int _hStep;
    readonly int _zStep;

    internal ForwardPass(Network network, int rows)
    {
        _network = network;
        var shape = network.Shape;
        (_xStep, _hStep) = (Network.GetRowStride(shape.Inputs), Network.GetRowStride(shape.Width));
        _zStep = Network.GetRowStride(Math.Max(network.GetPackedWeight(1).PaddedColumns, network.GetPackedWeight(shape.Layers + 1).PaddedColumns));
        _x = new AlignedBuffer((long)rows * _xStep);
        _h = new AlignedBuffer((long)rows * _hStep);
        _norm = new AlignedBuffer((long)rows * _hStep);
        _z = new AlignedBuffer((long)rows * _zStep);
        _logarithms = new double[rows];
        _logits = new float[rows * shape.Classes];
    }

    NetworkShape Shape => _network.Shape;

    internal override Span<float> GetInput(int row) => _x.Values.Slice(row * _xStep, Shape.Inputs);

    internal override ReadOnlySpan<float> GetOutput(int row) => _z.Values.Slice(row * _zStep, Shape.Classes);

    internal override double GetLoss(int row, int label) => _logarithms[row] - _logits[row * Shape.Classes + label];

    internal override int? Run(int rows)
    {
        int? broken = null;
        for (var row = rows - 1; row >= 0; row--)
        {
            if (!RowArithmetic.Scale(_x.Start + (nint)row * _xStep, Shape.Inputs, _network.InputScale))
                broken = row;
        }

        for (var layer = 1; layer <= Shape.Layers + 1; layer++)
            RunLayer(layer, rows);
        return broken;
    }

    internal Prediction Trace(ReadOnlySpan<float> row, TimeProvider time, int repetitions)
    {
        var traces = ImmutableArray.CreateBuilder<LayerTrace>(Shape.Layers + 1);
        row.CopyTo(GetInput(0));
        var before = new float[_hStep];
        for (var layer = 1; layer <= Shape.Layers + 1; layer++)
        {
            var best = TimeSpan.MaxValue;
            _h.Values[.._hStep].CopyTo(before);
            for (var repetition = 0; repetition < repetitions; repetition++)
            {
                before.CopyTo(_h.Values);
                if (layer == 1)
                    row.CopyTo(GetInput(0));
                var begin = time.GetTimestamp();
                if (layer == 1)
                    RowArithmetic.Scale(_x.Start, Shape.Inputs, _network.InputScale);
                RunLayer(layer, 1);
                var took = time.GetElapsedTime(begin);
                best = took < best ? took : best;
            }

            var output = layer > Shape.Layers;
            var made = output ? GetOutput(0) : _h.Values[..Shape.Width];
            var active = 0;
            double squares = 0;
            for (var index = 0; index < made.Length; index++)
            {
                active += made[index] - (output || layer == 1 ? 0 : before[index]) > 0 ? 1 : 0;
                squares += (double)made[index] * made[index];
            }

            traces.Add(new LayerTrace(
                output ? "output" : $"layer {layer}",
                output ? "norm, dense, softmax" : layer == 1 ? "scale, dense, relu" : "norm, dense, relu, + input",
                Shape.GetInputs(layer),
                Shape.GetOutputs(layer),
                (Shape.GetInputs(layer) + 1L) * Shape.GetOutputs(layer),
                Shape.CountOperations(layer),
                best,
                active / (double)made.Length,
                Math.Sqrt(squares / made.Length)));
        }

        return new Prediction([.. GetOutput(0)], traces.MoveToImmutable());
    }

    void RunLayer(int layer, int rows)
    {
        var weight = _network.GetPackedWeight(layer);
        var bias = _network.GetPaddedBias(layer).Start;
        if (layer == 1)
        {
            weight.Multiply(_x.Start, _xStep, rows, _z.Start, _zStep);
        }
        else
        {
            for (var row = 0; row < rows; row++)
                RowArithmetic.Normalize(_h.Start + (nint)row * _hStep, _norm.Start + (nint)row * _hStep, Shape.Width);
            weight.Multiply(_norm.Start, _hStep, rows, _z.Start, _zStep);
        }

        for (var row = 0; row < rows; row++)
        {
            var z = _z.Start + (nint)row * _zStep;
            if (layer <= Shape.Layers)
            {
                RowArithmetic.Activate(z, bias, _h.Start + (nint)row * _hStep, Shape.Width, add: layer > 1, activationMask: null);
                continue;
            }

            for (var column = 0; column < Shape.Classes; column++)
                z[column] += bias[column];
            new ReadOnlySpan<float>(z, Shape.Classes).CopyTo(_logits.AsSpan(row * Shape.Classes));
            _logarithms[row] = RowArithmetic.Softmax(z, Shape.Classes);
        }
    }
}
