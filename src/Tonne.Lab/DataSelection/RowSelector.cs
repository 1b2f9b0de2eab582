using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Lab.DataSelection;

/// <summary>Finds the rows from which most is learned: without duplicates, the most varied or the hardest first.</summary>
/// <remarks>
/// Varied: the greedy k-centre of Gonzalez 1985, as in Sener and Savarese, Active Learning for Convolutional Neural Networks, 2018. It is
/// computed within parts of at most 1,024 rows of a class and in 32 random directions (Johnson and Lindenstrauss 1984), because over all
/// rows it would cost more than it saves. Margin and forgetting: by a small network trained for 4 epochs (Coleman et al., Selection via
/// Proxy, 2020). Margin is p(true) − p(next). Forgetting counts how often a row was right after an epoch and wrong after the next (Toneva
/// et al., An Empirical Study of Example Forgetting, 2019); a row that is wrong after the last epoch counts once more, and the margin
/// orders equal counts.
/// </remarks>
/// <param name="examples">Rows to choose from.</param>
/// <param name="trainer">Trains the small network.</param>
/// <param name="seed">Seed of random choice, directions and the small network. Default 1.</param>
sealed class RowSelector(IExamples examples, Trainer trainer, int seed = 1)
{
    const int PartRows = 1024;
    const int Directions = 32;
    const int ProxyEpochs = 4;

    /// <summary>Orders rows. Rows with the same numbers and class as an earlier row are always left out.</summary>
    /// <param name="strategy">The strategy.</param>
    public RowRanking Rank(SelectionStrategy strategy)
    {
        var distinct = FindDistinct(examples);
        return new RowRanking(examples, strategy switch
        {
            SelectionStrategy.Chance => ScoreRandomly(),
            SelectionStrategy.Varied => ScoreByDiversity(distinct),
            SelectionStrategy.Margin => ScoreByProxy(forgetting: false),
            SelectionStrategy.Forgetting => ScoreByProxy(forgetting: true),
            _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "There is no such strategy to choose rows."),
        }, distinct);
    }

    /// <summary>Finds the first of each set of rows with the same numbers and class.</summary>
    internal static List<int> FindDistinct(IExamples examples)
    {
        var row = new float[examples.Width];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var seen = new HashSet<(int Label, UInt128 Hash)>();
        var distinct = new List<int>();
        for (var index = 0; index < examples.Count; index++)
        {
            examples.CopyRow(index, row);
            SHA256.HashData(MemoryMarshal.AsBytes(row.AsSpan()), hash);
            if (seen.Add((examples.GetLabel(index), BinaryPrimitives.ReadUInt128LittleEndian(hash))))
                distinct.Add(index);
        }

        return distinct;
    }

    /// <summary>Orders by greedy k-centre: the first is arbitrary, each next is the row farthest from its nearest earlier one.</summary>
    /// <param name="points">[rows, width].</param>
    /// <param name="width">Numbers of a row.</param>
    internal static int[] OrderFarthestFirst(float[] points, int width)
    {
        var count = points.Length / width;
        var order = new int[count];
        var nearest = new float[count];
        Array.Fill(nearest, float.PositiveInfinity);
        var next = 0;
        for (var place = 0; place < count; place++)
        {
            order[place] = next;
            nearest[next] = -1;
            var centre = points.AsSpan(next * width, width);
            var farthest = -1;
            for (var row = 0; row < count; row++)
            {
                if (nearest[row] < 0)
                    continue;
                nearest[row] = MathF.Min(nearest[row], ComputeSquaredDistance(centre, points.AsSpan(row * width, width)));
                if (farthest < 0 || nearest[row] > nearest[farthest])
                    farthest = row;
            }

            next = farthest;
        }

        return order;
    }

    static float ComputeSquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sums = System.Numerics.Vector<float>.Zero;
        var index = 0;
        for (; index <= left.Length - System.Numerics.Vector<float>.Count; index += System.Numerics.Vector<float>.Count)
        {
            var difference = new System.Numerics.Vector<float>(left[index..]) - new System.Numerics.Vector<float>(right[index..]);
            sums += difference * difference;
        }

        var sum = System.Numerics.Vector.Sum(sums);
        for (; index < left.Length; index++)
            sum += (left[index] - right[index]) * (left[index] - right[index]);
        return sum;
    }

    double[] ScoreRandomly()
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, examples.Count).Select(_ => random.NextDouble())];
    }

    double[] ScoreByDiversity(List<int> distinct)
    {
        var scores = new double[examples.Count];
        var random = new Random(seed);
        var (width, kept) = (examples.Width, Math.Min(Directions, examples.Width));
        var directions = Enumerable.Range(0, width * kept).Select(_ => random.Next(2) == 0 ? -1f : 1f).ToArray();
        foreach (var ofClass in distinct.GroupBy(examples.GetLabel))
        {
            var rows = ofClass.ToArray();
            random.Shuffle(rows);
            foreach (var part in rows.Chunk(PartRows))
            {
                var whole = new float[part.Length * width];
                for (var index = 0; index < part.Length; index++)
                    examples.CopyRow(part[index], whole.AsSpan(index * width, width));
                var points = new float[part.Length * kept];
                MatrixProduct.Multiply(new MatrixView(whole, part.Length, width), new MatrixView(directions, width, kept), new MatrixView(points, part.Length, kept));
                var order = OrderFarthestFirst(points, kept);
                for (var place = 0; place < order.Length; place++)
                    scores[part[order[place]]] = -place / (double)order.Length;
            }
        }

        return scores;
    }

    double[] ScoreByProxy(bool forgetting)
    {
        var proxy = Network.Create(new NetworkShape(examples.Width, examples.Classes.Length) { Width = 32, Layers = 2 }, examples.Classes, seed);
        var nobody = new InMemoryExamples(examples.Width, examples.Classes, [], []);
        var plan = new TrainingPlan { Epochs = 1, Seed = seed };
        using var team = new ThreadTeam(plan.ThreadCount);
        var (scores, wasRight) = (new double[examples.Count], new bool[examples.Count]);
        for (var epoch = 1; epoch <= ProxyEpochs; epoch++)
        {
            proxy = trainer.Train(proxy, examples, nobody, plan with { Seed = unchecked(seed + epoch) }).Network;
            if (!forgetting && epoch < ProxyEpochs)
                continue;
            var said = proxy.Predict(examples, team);
            for (var row = 0; row < examples.Count; row++)
            {
                var margin = ComputeMargin(said.AsSpan(row * examples.Classes.Length, examples.Classes.Length), examples.GetLabel(row));
                if (forgetting && margin <= 0 && (wasRight[row] || epoch == ProxyEpochs))
                    scores[row]++;
                wasRight[row] = margin > 0;
                if (epoch == ProxyEpochs)
                    scores[row] -= forgetting ? margin / 4 : margin;
            }
        }

        return scores;
    }

    static float ComputeMargin(ReadOnlySpan<float> probabilities, int label)
    {
        var next = 0f;
        for (var index = 0; index < probabilities.Length; index++)
            next = index == label ? next : MathF.Max(next, probabilities[index]);
        return probabilities[label] - next;
    }
}
