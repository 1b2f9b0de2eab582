using System.Collections.Immutable;
using Tonne.Lab.Featurizing;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Predicts the class of a row: a <see cref="Network"/>, or a smaller form of one.</summary>
/// <remarks>
/// Immutable; safe to use from several threads. The same row has the same probabilities, to the bit, alone or among others.
/// </remarks>
public abstract class Classifier
{
    RowPass? _cachedPass;

    private protected Classifier(NetworkShape shape, ImmutableArray<string> classes)
    {
        shape.Validate();
        if (classes.Length != shape.Classes)
            throw new ArgumentException($"{classes.Length} names for {shape.Classes} classes.", nameof(classes));
        (Shape, Classes) = (shape, classes);
    }

    /// <summary>Width and depth.</summary>
    public NetworkShape Shape { get; }

    /// <summary>Names of the classes.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>Writes it to a file (docs/formats/weights.md). Other processes see the old file or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public abstract void Save(string path);

    /// <summary>Predicts rows, on the caller's thread.</summary>
    /// <param name="rows">[rows, inputs].</param>
    /// <param name="probabilities">[rows, classes]; written.</param>
    public void Predict(ReadOnlySpan<float> rows, Span<float> probabilities)
    {
        var count = rows.Length / Shape.Inputs;
        if (rows.Length != count * Shape.Inputs || probabilities.Length != count * Shape.Classes)
            throw new ArgumentException($"{rows.Length} numbers and {probabilities.Length} probabilities are not rows of {Shape.Inputs} and {Shape.Classes}.");
        var pass = Interlocked.Exchange(ref _cachedPass, null) ?? CreatePass(RowPass.ChunkRows);
        for (var begin = 0; begin < count; begin += RowPass.ChunkRows)
        {
            var part = Math.Min(RowPass.ChunkRows, count - begin);
            for (var row = 0; row < part; row++)
                rows.Slice((begin + row) * Shape.Inputs, Shape.Inputs).CopyTo(pass.GetInput(row));
            pass.Run(part);
            for (var row = 0; row < part; row++)
                pass.GetOutput(row).CopyTo(probabilities[((begin + row) * Shape.Classes)..]);
        }

        _cachedPass = pass;
    }

    /// <summary>Predicts examples.</summary>
    /// <param name="examples">Rows as wide as the inputs.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    /// <returns>[rows, classes].</returns>
    /// <exception cref="InvalidExamplesException">They have another width, or values that are not numbers.</exception>
    public float[] Predict(IExamples examples, ThreadTeam? team = null)
    {
        var probabilities = new float[checked(examples.Count * Shape.Classes)];
        ForEachRow(examples, team, (row, output, _) => output.CopyTo(probabilities.AsSpan(row * Shape.Classes)));
        return probabilities;
    }

    /// <summary>Measures loss and accuracy on examples.</summary>
    /// <param name="examples">Rows as wide as the inputs.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    /// <exception cref="InvalidExamplesException">They have another width, other classes, or values that are not numbers.</exception>
    public Score Score(IExamples examples, ThreadTeam? team = null)
    {
        if (!examples.Classes.SequenceEqual(Classes))
            throw new InvalidExamplesException($"The examples' classes ({string.Join(", ", examples.Classes)}) are not those of the network ({string.Join(", ", Classes)}).");
        var losses = new double[examples.Count];
        var chosen = new int[examples.Count];
        ForEachRow(examples, team, (row, output, logarithm) =>
        {
            losses[row] = logarithm;
            chosen[row] = ArgMax(output);
        });
        return NeuralNetworks.Score.Compute(examples, losses, chosen);
    }

    internal static int ArgMax(ReadOnlySpan<float> probabilities)
    {
        var best = 0;
        for (var index = 1; index < probabilities.Length; index++)
            best = probabilities[index] > probabilities[best] ? index : best;
        return best;
    }

    /// <summary>The bytes of its file.</summary>
    internal abstract byte[] ToBytes();

    /// <summary>Allocates memory for the computation of some rows.</summary>
    private protected abstract RowPass CreatePass(int rows);

    void ForEachRow(IExamples examples, ThreadTeam? team, RowVisitor visitor)
    {
        if (examples.Width != Shape.Inputs)
            throw new InvalidExamplesException($"The examples are {examples.Width} wide, the network takes {Shape.Inputs}.");
        var passes = new RowPass?[team?.Size ?? 1];
        var chunks = (examples.Count + RowPass.ChunkRows - 1) / RowPass.ChunkRows;
        if (team is not null)
        {
            team.Run(chunks, Part);
            return;
        }

        for (var chunk = 0; chunk < chunks; chunk++)
            Part(chunk, 0);

        void Part(int chunk, int member)
        {
            var pass = passes[member] ??= CreatePass(RowPass.ChunkRows);
            var begin = chunk * RowPass.ChunkRows;
            var count = Math.Min(RowPass.ChunkRows, examples.Count - begin);
            for (var row = 0; row < count; row++)
                examples.CopyRow(begin + row, pass.GetInput(row));
            if (pass.Run(count) is { } broken)
                throw InvalidExamplesException.CreateNotFinite(examples, begin + broken);
            for (var row = 0; row < count; row++)
                visitor(begin + row, pass.GetOutput(row), pass.GetLoss(row, examples.GetLabel(begin + row)));
        }
    }

    delegate void RowVisitor(int row, ReadOnlySpan<float> probabilities, double loss);
}
