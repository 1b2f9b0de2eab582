using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Training;

/// <summary>
/// Trains a network on mini-batches by backpropagation (Rumelhart, Hinton and Williams 1986). It allocates memory only when created.
/// </summary>
/// <remarks>
/// A step has two phases; all threads finish one before the next begins. In the first, each thread takes chunks of rows and computes them
/// forward through all layers and back, because rows are independent. In the second, each thread takes panels (groups of columns) of the
/// weights, which are independent too: it computes their gradient, applies Adam and packs the new weights for the next products. The
/// gradient of a whole layer is never stored.
/// </remarks>
sealed unsafe class Backpropagation
{
    readonly NetworkShape _shape;
    readonly ThreadTeam _team;
    readonly TrainedLayer[] _layers;
    // By layer: inputs of the batch, gradients of the loss at the outputs, and inverse norms of the inputs.
    readonly AlignedBuffer[] _inputs;
    readonly AlignedBuffer[] _gradients;
    readonly AlignedBuffer[] _inverseNorms;
    readonly ushort[][] _activationMasks;
    
    // By thread: hidden state of a chunk (or its gradient), outputs of a layer (or gradient of its inputs), and scratch memory.
    readonly AlignedBuffer[] _hidden;
    readonly AlignedBuffer[] _outputs;
    readonly AlignedBuffer[] _scratch;
    readonly AlignedBuffer[] _rawLogits;
    readonly (int Layer, int Panel)[] _panels;
    readonly double[] _losses;
    readonly bool[] _correct;
    readonly float _inputScale;
    readonly int _chunkRows;
    
    // Distance between rows in memory, in numbers: of the hidden state, and of the outputs of a layer.
    readonly int _hiddenStride;
    readonly int _outputStride;
    readonly Action<int, int> _processRows;
    readonly Action<int, int> _updatePanel;
    IExamples? _examples;
    int[] _order = [];
    int _begin;
    int _count;
    
    // First row of the batch with an input that is not a number; int.MaxValue if there is none.
    int _firstInvalidRow;
    Distillation? _distillation;
    InputDropout _dropout;
    AdamStep _adam;
    float[][]? _capturedGradients;

    internal Backpropagation(Network network, int batch, ThreadTeam team, float scale, TileKernel? kernel = null)
    {
        kernel ??= TileKernel.Best;
        (_shape, _team, _inputScale) = (network.Shape, team, scale);
        _chunkRows = Math.Clamp((batch + 2 * team.Size - 1) / (2 * team.Size), 8, ForwardPass.ChunkRows);
        var layers = _shape.Layers + 1;
        _hiddenStride = Network.GetRowStride(_shape.Width);
        _layers = new TrainedLayer[layers];
        _inputs = new AlignedBuffer[layers];
        _gradients = new AlignedBuffer[layers];
        _inverseNorms = new AlignedBuffer[layers];
        _activationMasks = new ushort[_shape.Layers][];
        for (var layer = 1; layer <= layers; layer++)
        {
            var trained = new TrainedLayer(kernel, _shape.GetInputs(layer), _shape.GetOutputs(layer), layer == 1);
            trained.Load(network.GetWeight(layer).Values.Span, network.GetBias(layer).Values.Span);
            _layers[layer - 1] = trained;
            _inputs[layer - 1] = new AlignedBuffer((long)batch * Network.GetRowStride(trained.Inputs));
            _gradients[layer - 1] = new AlignedBuffer((long)batch * Network.GetRowStride(trained.Weight.PaddedColumns));
            _inverseNorms[layer - 1] = new AlignedBuffer(batch);
            if (layer <= _shape.Layers)
                _activationMasks[layer - 1] = new ushort[batch * MaskStride];
        }

        _outputStride = Network.GetRowStride(Math.Max(_layers[0].Weight.PaddedColumns, _layers[^1].Weight.PaddedColumns));
        _hidden = CreatePerThread(() => new AlignedBuffer((long)_chunkRows * _hiddenStride));
        _outputs = CreatePerThread(() => new AlignedBuffer((long)_chunkRows * _outputStride));
        _scratch = CreatePerThread(() => new AlignedBuffer((batch + kernel.Rows + 1L) * kernel.Columns));
        _rawLogits = CreatePerThread(() => new AlignedBuffer(_shape.Classes));
        _panels = [.. Enumerable.Range(1, layers).Reverse().SelectMany(layer =>
            Enumerable.Range(0, _layers[layer - 1].Weight.Panels).Select(panel => (layer, panel)))];
        (_losses, _correct) = (new double[batch], new bool[batch]);
        (_processRows, _updatePanel) = (ProcessRows, UpdatePanel);

        AlignedBuffer[] CreatePerThread(Func<AlignedBuffer> create) => [.. Enumerable.Range(0, team.Size).Select(_ => create())];
    }

    int MaskStride => (_shape.Width + 15) / 16;

    internal ReadOnlySpan<TrainedLayer> Layers => _layers;

    /// <summary>Trains on a mini-batch.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="order">Numbers of the examples, shuffled.</param>
    /// <param name="begin">Index in the order at which the mini-batch begins.</param>
    /// <param name="count">Number of rows of the mini-batch.</param>
    /// <param name="adam">The step of Adam that applies the gradients.</param>
    /// <param name="distillation">The outputs of a teacher, or null.</param>
    /// <param name="dropout">Dropout of the inputs.</param>
    /// <returns>Sum of the losses and number of correctly classified rows, both before the step.</returns>
    internal (double Loss, int CorrectRows) Step(
        IExamples examples,
        int[] order,
        int begin,
        int count,
        in AdamStep adam,
        Distillation? distillation,
        InputDropout dropout = default)
    {
        (_examples, _order, _begin, _count, _firstInvalidRow) = (examples, order, begin, count, int.MaxValue);
        (_adam, _distillation, _dropout) = (adam, distillation, dropout);
        _team.Run((count + _chunkRows - 1) / _chunkRows, _processRows);
        if (_firstInvalidRow < int.MaxValue)
            throw InvalidExamplesException.CreateNotFinite(examples, order[begin + _firstInvalidRow]);
        _team.Run(_panels.Length, _updatePanel);
        double loss = 0;
        var correctRows = 0;
        for (var row = 0; row < count; row++)
        {
            loss += _losses[row];
            correctRows += _correct[row] ? 1 : 0;
        }

        return (loss, correctRows);
    }

    /// <summary>
    /// Computes the gradients of the mean loss instead of making a step: for each layer [inputs + 1, outputs], the bias last.
    /// </summary>
    internal float[][] ComputeGradients(IExamples examples, int[] order, Distillation? distillation = null)
    {
        _capturedGradients = [.. _layers.Select(layer => new float[(layer.Inputs + 1) * layer.Outputs])];
        Step(examples, order, 0, order.Length, default, distillation);
        var gradients = _capturedGradients;
        _capturedGradients = null;
        return gradients;
    }

    /// <summary>Creates a network with the current weights.</summary>
    internal Network CreateNetwork(ImmutableArray<string> classes)
    {
        var parameters = new List<Parameter> { new(Parameter.InputScale, [1], new[] { _inputScale }) };
        for (var layer = 1; layer <= _layers.Length; layer++)
        {
            var trained = _layers[layer - 1];
            var (weight, bias) = trained.GetValues();
            parameters.Add(new Parameter(Parameter.FormatWeightName(layer, _shape.Layers), [trained.Inputs, trained.Outputs], weight));
            parameters.Add(new Parameter(Parameter.FormatBiasName(layer, _shape.Layers), [trained.Outputs], bias));
        }

        return new Network(_shape, classes, parameters);
    }

    void ProcessRows(int chunk, int thread)
    {
        var first = chunk * _chunkRows;
        var rows = Math.Min(_chunkRows, _count - first);
        Forward(first, rows, _hidden[thread].Start, _outputs[thread].Start);
        ComputeLosses(first, rows, _outputs[thread].Start, thread);
        Backward(first, rows, _hidden[thread].Start, _outputs[thread].Start);
    }

    void Forward(int first, int rows, float* hidden, float* outputs)
    {
        var inputStride = Network.GetRowStride(_shape.Inputs);
        for (var row = first; row < first + rows; row++)
        {
            var inputs = _inputs[0].Values.Slice(row * inputStride, _shape.Inputs);
            _examples!.CopyRow(_order[_begin + row], inputs);
            _dropout.Apply(inputs, _order[_begin + row]);
            if (!RowArithmetic.Scale(_inputs[0].Start + (nint)row * inputStride, _shape.Inputs, _inputScale))
                RecordInvalidRow(row);
        }

        for (var layer = 0; layer <= _shape.Layers; layer++)
        {
            var stride = layer == 0 ? inputStride : _hiddenStride;
            _layers[layer].Weight.Multiply(_inputs[layer].Start + (nint)first * stride, stride, rows, outputs, _outputStride);
            if (layer == _shape.Layers)
                return;
            for (var row = 0; row < rows; row++)
            {
                var hiddenRow = hidden + (nint)row * _hiddenStride;
                var normalized = _inputs[layer + 1].Start + (nint)(first + row) * _hiddenStride;
                fixed (ushort* mask = &_activationMasks[layer][(first + row) * MaskStride])
                {
                    RowArithmetic.Activate(
                        outputs + (nint)row * _outputStride, _layers[layer].Bias.Start, hiddenRow, _shape.Width, add: layer > 0, mask);
                }

                _inverseNorms[layer + 1].Start[first + row] = RowArithmetic.Normalize(hiddenRow, normalized, _shape.Width);
            }
        }
    }

    void ComputeLosses(int first, int rows, float* outputs, int thread)
    {
        var classes = _shape.Classes;
        var gradientStride = Network.GetRowStride(_layers[^1].Weight.PaddedColumns);
        var perRow = 1f / _count;
        var rawLogits = _rawLogits[thread].Start;
        for (var row = first; row < first + rows; row++)
        {
            var logits = outputs + (nint)(row - first) * _outputStride;
            var gradient = _gradients[^1].Start + (nint)row * gradientStride;
            for (var index = 0; index < classes; index++)
                rawLogits[index] = logits[index] += _layers[^1].Bias.Start[index];
            var label = _examples!.GetLabel(_order[_begin + row]);
            double logitOfLabel = logits[label];
            _losses[row] = RowArithmetic.Softmax(logits, classes) - logitOfLabel;
            _correct[row] = Network.ArgMax(new ReadOnlySpan<float>(logits, classes)) == label;
            for (var index = 0; index < classes; index++)
                gradient[index] = (logits[index] - (index == label ? 1 : 0)) * perRow;
            if (_distillation is { } distillation)
                AddDistillationGradient(distillation, _order[_begin + row], rawLogits, gradient, perRow);
        }
    }

    /// <summary>
    /// Changes the gradient at the logits to (1 − a)(p − y)/n + a·T·(p_T − q_T)/n, where q_T ∝ q^(1/T). p: predicted probabilities; q:
    /// those
    /// of the teacher; y: label; a: share of the teacher; T: temperature; n: rows of the batch.
    /// </summary>
    void AddDistillationGradient(Distillation distillation, int row, float* logits, float* gradient, float perRow)
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
            var teacherGradient = temperature * (logits[index] - Math.Pow(teacher[index], 1 / temperature) / sum) * perRow;
            gradient[index] = (float)((1 - distillation.Share) * gradient[index] + distillation.Share * teacherGradient);
        }
    }

    void Backward(int first, int rows, float* hiddenGradient, float* inputGradient)
    {
        new Span<float>(hiddenGradient, rows * _hiddenStride).Clear();
        for (var layer = _shape.Layers; layer > 0; layer--)
        {
            var gradientStride = Network.GetRowStride(_layers[layer].Weight.PaddedColumns);
            var strideBefore = Network.GetRowStride(_layers[layer - 1].Weight.PaddedColumns);
            _layers[layer].Transposed!.Multiply(
                _gradients[layer].Start + (nint)first * gradientStride, gradientStride, rows, inputGradient, _outputStride);
            for (var row = 0; row < rows; row++)
            {
                var gradientRow = hiddenGradient + (nint)row * _hiddenStride;
                RowArithmetic.AddNormBackward(
                    gradientRow,
                    inputGradient + (nint)row * _outputStride,
                    _inputs[layer].Start + (nint)(first + row) * _hiddenStride,
                    _inverseNorms[layer].Start[first + row],
                    _shape.Width);
                var gradientBefore = _gradients[layer - 1].Start + (nint)(first + row) * strideBefore;
                fixed (ushort* mask = &_activationMasks[layer - 1][(first + row) * MaskStride])
                    RowArithmetic.Mask(gradientRow, mask, gradientBefore, _shape.Width);
            }
        }
    }

    void UpdatePanel(int item, int thread)
    {
        var (layer, panel) = _panels[item];
        var trained = _layers[layer - 1];
        var gradientStride = Network.GetRowStride(trained.Weight.PaddedColumns);
        var inputStride = Network.GetRowStride(trained.Inputs);
        fixed (float* captured = _capturedGradients?[layer - 1])
        {
            trained.Update(
                panel, _inputs[layer - 1].Start, inputStride, _gradients[layer - 1].Start, gradientStride,
                _count, _adam, _scratch[thread].Start, captured);
        }
    }

    void RecordInvalidRow(int row)
    {
        for (var known = Volatile.Read(ref _firstInvalidRow); row < known;)
        {
            var current = Interlocked.CompareExchange(ref _firstInvalidRow, row, known);
            if (current == known)
                return;
            known = current;
        }
    }
}
