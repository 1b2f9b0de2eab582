using Microsoft.Extensions.AI;

/// <summary>Counts of letter triples, hashed to 4,096 places; the language is that of the sentence at the smallest angle.</summary>
sealed class TrigramModel : IEmbeddingGenerator<string, Embedding<float>>
{
    const int Places = 4_096;

    static readonly (string Name, float[] Vector)[] _languages =
    [
        ("de", Embed("Die Sonne scheint heute über den Bergen und die Kinder spielen im Garten, während der Hund unter dem Baum schläft und nichts sieht.")),
        ("en", Embed("The sun shines over the mountains today and the children are playing in the garden, while the dog sleeps under the tree and sees nothing.")),
        ("es", Embed("El sol brilla hoy sobre las montañas y los niños juegan en el jardín, mientras el perro duerme debajo del árbol y no ve nada.")),
        ("fr", Embed("Le soleil brille aujourd'hui sur les montagnes et les enfants jouent dans le jardin, pendant que le chien dort sous l'arbre et ne voit rien.")),
    ];

    public static string NameLanguage(ReadOnlySpan<float> vector)
    {
        var (best, name) = (-1f, "");
        foreach (var language in _languages)
        {
            var sum = 0f;
            for (var at = 0; at < Places; at++)
                sum += vector[at] * language.Vector[at];
            if (sum > best)
                (best, name) = (sum, language.Name);
        }

        return name;
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(static text => new Embedding<float>(Embed(text)) { ModelId = "trigrams" })));

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("example", null, "trigrams", Places) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    static float[] Embed(string text)
    {
        var vector = new float[Places];
        var lower = $" {text.ToLowerInvariant()} ";
        for (var at = 0; at + 3 <= lower.Length; at++)
            vector[(uint)((lower[at] * 31 + lower[at + 1]) * 31 + lower[at + 2]) % Places]++;
        var length = MathF.Sqrt(vector.Sum(static count => count * count));
        for (var at = 0; at < Places; at++)
            vector[at] /= length;
        return vector;
    }
}
