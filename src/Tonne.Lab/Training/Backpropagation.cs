using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>
/// Trains a network on mini-batches, forward and backward (Rumelhart, Hinton and Williams 1986). It allocates memory only when created.
/// </summary>
/// <remarks>
/// There are two phases with one barrier after each. In the first, rows are independent through all layers and back, so each thread takes
/// chunks of rows. In the second, panels of weights are independent, so each thread takes panels: gradient, Adam and the copies for the
/// next products together. A gradient is never stored whole.
/// </remarks>
sealed unsafe class Backpropagation
{
    readonly NetworkShape _shape;
    readonly ThreadTeam _team;
    readonly TrainedLayer[] _layers;
    readonly AlignedBuffer[] _inputs;
    readonly AlignedBuffer[] _gradients;
    readonly AlignedBuffer[] _inverses;
    readonly ushort[][] _activationMasks;
    readonly AlignedBuffer[] _h;
    readonly AlignedBuffer[] _z;
    readonly AlignedBuffer[] _scratch;
    readonly AlignedBuffer[] _rawLogits;
    readonly (int Layer, int Panel)[] _panels;
    readonly double[] _losses;
    readonly bool[] _correct;
    readonly float _scale;
    readonly int _chunk;
    readonly int _step;
    readonly int _zStep;
    readonly Action<int, int> _rowsWork;
    readonly Action<int, int> _panelsWork;
    IExamples? _examples;
    int[] _order = [];
    int _begin;
    int _count;
    int _broken;
    Distillation? _distillation;
    AdamStep _adam;
    float[][]? _capturedGradients;

    internal Backpropagation(Network network, int batch, ThreadTeam team, float scale, TileKernel? kernel = null)
    {
        kernel ??= TileKernel.Best;
        (_shape, _team, _scale) = (network.Shape, team, scale);
        _chunk = Math.Clamp((batch + 2 * team.Size - 1) / (2 * team.Size), 8, ForwardPass.ChunkRows);
        var layers = _shape.Layers + 1;
        _step = Network.GetRowStride(_shape.Width);
        _layers = new TrainedLayer[layers];
        _inputs = new AlignedBuffer[layers];
        _gradients = new AlignedBuffer[layers];
        _inverses = new AlignedBuffer[layers];
        _activationMasks = new ushort[_shape.Layers][];
        for (var layer = 1; layer <= layers; layer++)
        {
            var trained = new TrainedLayer(kernel, _shape.GetInputs(layer), _shape.GetOutputs(layer), layer == 1);
            trained.Load(network.GetWeight(layer).Values.Span, network.GetBias(layer).Values.Span);
            _layers[layer - 1] = trained;
            _inputs[layer - 1] = new AlignedBuffer((long)batch * Network.GetRowStride(trained.Inputs));
            _gradients[layer - 1] = new AlignedBuffer((long)batch * Network.GetRowStride(trained.Weight.PaddedColumns));
            _inverses[layer - 1] = new AlignedBuffer(batch);
            if (layer <= _shape.Layers)
                _activationMasks[layer - 1] = new ushort[batch * MaskStride];
        }

        _zStep = Network.GetRowStride(Math.Max(_layers[0].Weight.PaddedColumns, _layers[^1].Weight.PaddedColumns));
        _h = Each(() => new AlignedBuffer((long)_chunk * _step));
        _z = Each(() => new AlignedBuffer((long)_chunk * _zStep));
        _scratch = Each(() => new AlignedBuffer((batch + kernel.Rows + 1L) * kernel.Columns));
        _rawLogits = Each(() => new AlignedBuffer(_shape.Classes));
        _panels = [.. Enumerable.Range(1, layers).Reverse().SelectMany(layer => Enumerable.Range(0, _layers[layer - 1].Weight.Panels).Select(panel => (layer, panel)))];
        (_losses, _correct) = (new double[batch], new bool[batch]);
        (_rowsWork, _panelsWork) = (ProcessRows, UpdatePanel);

        AlignedBuffer[] Each(Func<AlignedBuffer> make) => [.. Enumerable.Range(0, team.Size).Select(_ => make())];
    }

    InputDropout _dropout;

    int MaskStride => (_shape.Width + 15) / 16;

    internal ReadOnlySpan<TrainedLayer> Layers => _layers;

    /// <summary>Trains on a mini-batch.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="order">Rows, shuffled.</param>
    /// <param name="begin">Index in the order at which the mini-batch begins.</param>
    /// <param name="count">Rows of the mini-batch.</param>
    /// <param name="adam">How to apply gradients.</param>
    /// <param name="distillation">The outputs of a teacher, or null.</param>
    /// <returns>Sum of the losses and number of correctly classified rows, both before the step.</returns>
    /// <param name="dropout">Dropout of the inputs.</param>
    internal (double Loss, int Right) Step(IExamples examples, int[] order, int begin, int count, in AdamStep adam, Distillation? distillation, InputDropout dropout = default)
    {
        _dropout = dropout;
        (_examples, _order, _begin, _count, _broken, _adam, _distillation) = (examples, order, begin, count, int.MaxValue, adam, distillation);
        _team.Run((count + _chunk - 1) / _chunk, _rowsWork);
        if (_broken < int.MaxValue)
            throw InvalidExamplesException.CreateNotFinite(examples, order[begin + _broken]);
        _team.Run(_panels.Length, _panelsWork);
        double loss = 0;
        var right = 0;
        for (var row = 0; row < count; row++)
        {
            loss += _losses[row];
            right += _correct[row] ? 1 : 0;
        }

        return (loss, right);
    }

    /// <summary>
    /// Computes the gradients of the mean loss instead of making a step: for each layer [inputs + 1, outputs], the bias last.
    /// </summary>
    internal float[][] ComputeGradients(IExamples examples, int[] order, Distillation? distillation = null)
    {
        _capturedGradients = [.. _layers.Select(layer => new float[(layer.Inputs + 1) * layer.Outputs])];
        Step(examples, order, 0, order.Length, default, distillation);
        var kept = _capturedGradients;
        _capturedGradients = null;
        return kept;
    }

    /// <summary>The network as it is now.</summary>
    internal Network CreateNetwork(ImmutableArray<string> classes)
    {
        var parameters = new List<Parameter> { new(Parameter.InputScale, [1], new[] { _scale }) };
        for (var layer = 1; layer <= _layers.Length; layer++)
        {
            var trained = _layers[layer - 1];
            var (weight, bias) = trained.GetValues();
            parameters.Add(new Parameter(Parameter.FormatWeightName(layer, _shape.Layers), [trained.Inputs, trained.Outputs], weight));
            parameters.Add(new Parameter(Parameter.FormatBiasName(layer, _shape.Layers), [trained.Outputs], bias));
        }

        return new Network(_shape, classes, parameters);
    }

    void ProcessRows(int chunk, int member)
    {
        var first = chunk * _chunk;
        var rows = Math.Min(_chunk, _count - first);
        Forward(first, rows, _h[member].Start, _z[member].Start);
        Softmax(first, rows, _z[member].Start, member);
        Backward(first, rows, _h[member].Start, _z[member].Start);
    }

    void Forward(int first, int rows, float* h, float* z)
    {
        var inputStep = Network.GetRowStride(_shape.Inputs);
        for (var row = first; row < first + rows; row++)
        {
            var inputs = _inputs[0].Values.Slice(row * inputStep, _shape.Inputs);
            _examples!.CopyRow(_order[_begin + row], inputs);
            _dropout.Apply(inputs, _order[_begin + row]);
            if (!RowArithmetic.Scale(_inputs[0].Start + (nint)row * inputStep, _shape.Inputs, _scale))
                RecordBrokenRow(row);
        }

        for (var layer = 0; layer <= _shape.Layers; layer++)
        {
            var step = layer == 0 ? inputStep : _step;
            _layers[layer].Weight.Multiply(_inputs[layer].Start + (nint)first * step, step, rows, z, _zStep);
            if (layer == _shape.Layers)
                return;
            for (var row = 0; row < rows; row++)
            {
                var own = h + (nint)row * _step;
                fixed (ushort* above = &_activationMasks[layer][(first + row) * MaskStride])
                    RowArithmetic.Activate(z + (nint)row * _zStep, _layers[layer].Bias.Start, own, _shape.Width, add: layer > 0, above);
                _inverses[layer + 1].Start[first + row] = RowArithmetic.Normalize(own, _inputs[layer + 1].Start + (nint)(first + row) * _step, _shape.Width);
            }
        }
    }

    void Softmax(int first, int rows, float* z, int member)
    {
        var classes = _shape.Classes;
        var gradientStep = Network.GetRowStride(_layers[^1].Weight.PaddedColumns);
        var scale = 1f / _count;
        var cold = _rawLogits[member].Start;
        for (var row = first; row < first + rows; row++)
        {
            var logits = z + (nint)(row - first) * _zStep;
            var gradient = _gradients[^1].Start + (nint)row * gradientStep;
            for (var index = 0; index < classes; index++)
                cold[index] = logits[index] += _layers[^1].Bias.Start[index];
            var label = _examples!.GetLabel(_order[_begin + row]);
            double chosen = logits[label];
            _losses[row] = RowArithmetic.Softmax(logits, classes) - chosen;
            _correct[row] = Network.ArgMax(new ReadOnlySpan<float>(logits, classes)) == label;
            for (var index = 0; index < classes; index++)
                gradient[index] = (logits[index] - (index == label ? 1 : 0)) * scale;
            if (_distillation is { } distillation)
                AddDistillationGradient(distillation, _order[_begin + row], cold, gradient, scale);
        }
    }

    /// <summary>Gradient at the logits: (1 − a)(p − y)/n + a·T·(p_T − q_T)/n, where q_T ∝ q^(1/T).</summary>
    void AddDistillationGradient(Distillation distillation, int row, float* logits, float* gradient, float scale)
    {
        var classes = _shape.Classes;
        var temperature = distillation.Temperature;
        var teacher = distillation.Probabilities.Span.Slice(row * classes, classes);
        double sum = 0;
        for (var index = 0; index < classes; index++)
        {
            logits[index] = (float)(logits[index] / temperature);
            sum += Math.Pow(teacher[index], 1 / temperature);
        }

        RowArithmetic.Softmax(logits, classes);
        for (var index = 0; index < classes; index++)
        {
            var soft = temperature * (logits[index] - Math.Pow(teacher[index], 1 / temperature) / sum) * scale;
            gradient[index] = (float)((1 - distillation.Share) * gradient[index] + distillation.Share * soft);
        }
    }

    void Backward(int first, int rows, float* dh, float* dx)
    {
        new Span<float>(dh, rows * _step).Clear();
        for (var layer = _shape.Layers; layer > 0; layer--)
        {
            var gradientStep = Network.GetRowStride(_layers[layer].Weight.PaddedColumns);
            var beforeStep = Network.GetRowStride(_layers[layer - 1].Weight.PaddedColumns);
            _layers[layer].Transposed!.Multiply(_gradients[layer].Start + (nint)first * gradientStep, gradientStep, rows, dx, _zStep);
            for (var row = 0; row < rows; row++)
            {
                var own = dh + (nint)row * _step;
                RowArithmetic.AddNormBackward(own, dx + (nint)row * _zStep, _inputs[layer].Start + (nint)(first + row) * _step, _inverses[layer].Start[first + row], _shape.Width);
                fixed (ushort* above = &_activationMasks[layer - 1][(first + row) * MaskStride])
                    RowArithmetic.Mask(own, above, _gradients[layer - 1].Start + (nint)(first + row) * beforeStep, _shape.Width);
            }
        }
    }

    void UpdatePanel(int item, int member)
    {
        var (layer, panel) = _panels[item];
        var trained = _layers[layer - 1];
        var gradientStep = Network.GetRowStride(trained.Weight.PaddedColumns);
        var step = Network.GetRowStride(trained.Inputs);
        fixed (float* kept = _capturedGradients?[layer - 1])
            trained.Update(panel, _inputs[layer - 1].Start, step, _gradients[layer - 1].Start, gradientStep, _count, _adam, _scratch[member].Start, kept);
    }

    void RecordBrokenRow(int row)
    {
        for (var seen = Volatile.Read(ref _broken); row < seen;)
        {
            var before = Interlocked.CompareExchange(ref _broken, row, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
