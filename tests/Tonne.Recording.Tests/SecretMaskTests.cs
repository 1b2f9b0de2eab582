namespace Tonne.Recording.Tests;

public class SecretMaskTests
{
    [Theory]
    [InlineData("--api-key=abc123", "--api-key=***")]
    [InlineData("--api_key=abc123", "--api_key=***")]
    [InlineData("--hf_token=abc", "--hf_token=***")]
    [InlineData("--password=a=b", "--password=***")]
    [InlineData("-token=abc", "-token=***")]
    [InlineData("WANDB_API_KEY=abc", "WANDB_API_KEY=***")]
    [InlineData("AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=***")]
    [InlineData("trainer.logger.api_key=abc", "trainer.logger.api_key=***")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: Bearer ***")]
    [InlineData("Authorization: Basic dXNlcjpw", "Authorization: Basic ***")]
    [InlineData("X-Api-Key: abc", "X-Api-Key: ***")]
    [InlineData("X-Api-Key:abc", "X-Api-Key:***")]
    [InlineData("https://user:pass@example.org/x", "https://***@example.org/x")]
    [InlineData("postgres://u:p@db:5432/x", "postgres://***@db:5432/x")]
    [InlineData("https://x.org/a?id=3&api_key=abc&page=2", "https://x.org/a?id=3&api_key=***&page=2")]
    [InlineData("https://b.blob.core/x?sv=1&sig=abc%3D", "https://b.blob.core/x?sv=1&sig=***")]
    [InlineData("hf_abcdefghijklmnopqrstuvwxyz", "***")]
    [InlineData("python train.py --token abc --lr 1", "python train.py --token *** --lr 1")]
    [InlineData("curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: Bearer ***' x")]
    [InlineData("export HF_TOKEN=abc; python x.py", "export HF_TOKEN=*** python x.py")]
    public void A_secret_is_replaced(string argument, string expected) => Assert.Equal([expected], SecretMask.Mask([argument]));

    [Theory]
    [InlineData("--tokens=300e9")]
    [InlineData("--max-tokens=512")]
    [InlineData("--pad-token-id=2")]
    [InlineData("--eos-token=</s>")]
    [InlineData("--tokenizer=bpe")]
    [InlineData("--keys=a,b")]
    [InlineData("--author=x")]
    [InlineData("--passes=3")]
    [InlineData("--lr=1e-3")]
    [InlineData("https://example.org/a?b=c#d")]
    [InlineData("git@github.com:x/y.git")]
    [InlineData("epoch: 3")]
    [InlineData("C:\\data\\x")]
    [InlineData("sk-learn")]
    [InlineData("")]
    public void Other_arguments_stay_as_they_are(string argument) => Assert.Equal([argument], SecretMask.Mask([argument]));

    [Fact]
    public void The_value_after_an_option_is_replaced_and_other_values_are_not()
    {
        Assert.Equal(["run", "--token", "***", "--tokens", "300e9", "x"], SecretMask.Mask(["run", "--token", "abc", "--tokens", "300e9", "x"]));
        Assert.Equal(["--password", "***", "--password", "--next"], SecretMask.Mask(["--password", "abc def", "--password", "--next"]));
        Assert.Equal(["-H", "Authorization: Bearer ***"], SecretMask.Mask(["-H", "Authorization: Bearer abc"]));
    }

    [Fact]
    public void Masking_twice_changes_nothing()
    {
        string[] arguments = ["--token", "abc", "A_PASSWORD=x", "https://u:p@h/?sig=1", "Authorization: Bearer q"];
        var once = SecretMask.Mask(arguments);
        Assert.Equal(once, SecretMask.Mask(once));
    }
}
