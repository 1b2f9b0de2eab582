// Guesses the language of a text with a small model in this process, and says what the request used.
using Microsoft.Extensions.AI;
using Tonne.Extensions.AI;
using Tonne.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddTonne(options => options.Project = "examples");
builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(services => new TrigramModel().AsBuilder()
    .UseTonne(options => options.Measure = () => services.GetRequiredService<HostRecording>().Run)
    .Build());
var app = builder.Build();

app.MapGet("/language", async (string text, IEmbeddingGenerator<string, Embedding<float>> model) =>
{
    var answer = await model.GenerateAsync([text]);
    var properties = answer.AdditionalProperties;
    return new
    {
        language = TrigramModel.NameLanguage(answer[0].Vector.Span),
        energyKwh = properties?["tonne.energy_kwh"],
        low = properties?["tonne.energy_kwh.low"],
        high = properties?["tonne.energy_kwh.high"],
        // Until the meters are read the next time, within a second or two; the ledger gets the final figure.
        provisional = properties?["tonne.provisional"],
    };
});

app.Run();
