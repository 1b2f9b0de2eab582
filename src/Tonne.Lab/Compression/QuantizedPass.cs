using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>The computation of some rows through a quantized network.</summary>
sealed unsafe class QuantizedPass : RowPass
{
    readonly QuantizedNetwork _network;
    readonly AlignedBuffer _x;
    readonly AlignedBuffer _bytes;
    readonly AlignedBuffer _h;
    readonly AlignedBuffer _z;
    readonly AlignedBuffer _p;
    readonly double[] _logarithms;
    readonly float[] _logits;
    readonly int _xStep;
    readonly int _byteStep;
    readonly int _hStep;
    readonly int _zStep;
    readonly int _pStep;

    internal QuantizedPass(QuantizedNetwork network, int rows)
    {
        _network = network;
        var shape = network.Shape;
        (_xStep, _hStep, _pStep) = (Network.GetRowStride(shape.Inputs), Network.GetRowStride(shape.Width), Network.GetRowStride(shape.Classes));
        _byteStep = 4 * Network.GetRowStride((Math.Max(shape.Inputs, shape.Width) + 3) / 4);
        _zStep = Network.GetRowStride(Math.Max(shape.Width, shape.Classes));
        _x = new AlignedBuffer((long)rows * _xStep);
        _bytes = new AlignedBuffer((long)rows * _byteStep / sizeof(float));
        _h = new AlignedBuffer((long)rows * _hStep);
        _z = new AlignedBuffer((long)rows * _zStep);
        _p = new AlignedBuffer((long)rows * _pStep);
        _logarithms = new double[rows];
        _logits = new float[rows * shape.Classes];
    }

    NetworkShape Shape => _network.Shape;

    internal override Span<float> GetInput(int row) => _x.Values.Slice(row * _xStep, Shape.Inputs);

    internal override ReadOnlySpan<float> GetOutput(int row) => _p.Values.Slice(row * _pStep, Shape.Classes);

    internal override double GetLoss(int row, int label) => _logarithms[row] - _logits[row * Shape.Classes + label];

    internal override int? Run(int rows)
    {
        int? broken = null;
        for (var row = rows - 1; row >= 0; row--)
        {
            if (!RowArithmetic.Scale(_x.Start + (nint)row * _xStep, Shape.Inputs, _network.InputScale))
                broken = row;
        }

        var z = (int*)_z.Start;
        for (var layer = 1; layer <= Shape.Layers + 1; layer++)
        {
            var own = _network.GetLayer(layer);
            for (var row = 0; row < rows; row++)
            {
                var bytes = (byte*)_bytes.Start + (nint)row * _byteStep;
                if (layer == 1)
                    Int8Arithmetic.Quantize(_x.Start + (nint)row * _xStep, bytes, Shape.Inputs, 1 / own.Step);
                else
                    Int8Arithmetic.NormAndQuantize(_h.Start + (nint)row * _hStep, bytes, Shape.Width, 1 / own.Step);
            }

            own.Matrix.Multiply((byte*)_bytes.Start, _byteStep, rows, z, _zStep);
            for (var row = 0; row < rows; row++)
            {
                if (layer <= Shape.Layers)
                    Int8Arithmetic.Activate(z + (nint)row * _zStep, own.Scale.Start, own.Bias.Start, _h.Start + (nint)row * _hStep, Shape.Width, add: layer > 1);
                else
                    WriteOutput(row, own, z + (nint)row * _zStep);
            }
        }

        return broken;
    }

    void WriteOutput(int row, QuantizedLayer own, int* z)
    {
        var to = _p.Start + (nint)row * _pStep;
        Int8Arithmetic.Scale(z, own.Scale.Start, own.Bias.Start, to, Shape.Classes);
        new ReadOnlySpan<float>(to, Shape.Classes).CopyTo(_logits.AsSpan(row * Shape.Classes));
        _logarithms[row] = RowArithmetic.Softmax(to, Shape.Classes);
    }
}
